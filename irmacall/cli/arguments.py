"""What can be typed behind `irmacall`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import irmacall
from irmacall.cli import judging, making, people, running
from irmacall.cli.site import add_site
from irmacall.store.users import Role

Commands = argparse._SubParsersAction  # argparse has no public name for it
Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line. What is parsed has `command`: a function of it that gives the exit code."""
    root = argparse.ArgumentParser("irmacall", description=irmacall.__doc__)
    root.add_argument("--version", action="version", version=f"irmacall {irmacall.__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    _add_running(commands)
    _add_judging(commands)
    _add_making(commands)
    _add_users(commands.add_parser("user", help="who may log in"))
    _add_phones(commands.add_parser("phone", help="the agents' phones"))
    return root


def _add_running(commands: Commands[argparse.ArgumentParser]) -> None:
    _add(commands, "serve", running.serve_site, "serve the site until SIGTERM or SIGINT")
    _add(commands, "watchdog", running.watchdog, "see to it that nobody waits for a daemon that is gone")


def _add_judging(commands: Commands[argparse.ArgumentParser]) -> None:
    check = _add(commands, "check", judging.check, "judge the site: its file, its secrets and the servers behind it")
    check.add_argument("--offline", action="store_true", help="ask no server")
    _add(commands, "status", judging.status, "who leads, and which servers answer")
    audit = _commands_of(commands.add_parser("audit", help="the audit log"))
    verify = _add(audit, "verify", judging.verify_audit, "tell whether every line stands as it was written")
    verify.add_argument("--noted", metavar="SEQ:HASH", type=judging.noted_head, help="a line noted elsewhere")


def _add_making(commands: Commands[argparse.ArgumentParser]) -> None:
    secrets = _add(commands, "secrets", making.secrets, "make the secrets that are missing")
    secrets.add_argument("directory", type=Path, metavar="DIR", help="where they go, one file each")
    render = _add(commands, "render", making.render, "write the configuration of one Asterisk")
    render.add_argument("--node", required=True, metavar="NAME", help="the node's name in the site file")
    render.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the files go")


def _add_users(user: argparse.ArgumentParser) -> None:
    commands = _commands_of(user)
    add = _add(commands, "add", people.add_user, "let somebody in")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="as colleagues know her")
    add.add_argument("--role", type=Role, choices=list(Role), default=Role.AGENT)
    add.add_argument("--phone", metavar="ENDPOINT", help="the phone that rings for her")
    add.add_argument("--function", default="", help="what citizens are told that they spoke to")
    _add_password(add)
    _add(commands, "list", people.list_users, "everybody who may log in, or might once")
    for name, command, words in (
        ("disable", people.disable_user, "let somebody in no more, and end her sessions"),
        ("enable", people.enable_user, "let somebody in again"),
        ("password", people.set_password, "give somebody another password, and end her sessions"),
    ):
        each = _add(commands, name, command, words)
        each.add_argument("login")
        if name == "password":
            _add_password(each)


def _add_phones(phone: argparse.ArgumentParser) -> None:
    commands = _commands_of(phone)
    add = _add(commands, "add", people.add_phone, "give a phone a new password; an earlier one is void")
    add.add_argument("endpoint")
    remove = _add(commands, "remove", people.remove_phone, "forget a phone")
    remove.add_argument("endpoint")
    _add(commands, "list", people.list_phones, "the phones that there are")


def _add_password(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ask", action="store_true", help="type the password, or pipe it in; without it one is made and shown once"
    )


def _commands_of(command: argparse.ArgumentParser) -> Commands[argparse.ArgumentParser]:
    return command.add_subparsers(metavar="COMMAND", required=True)


def _add(
    commands: Commands[argparse.ArgumentParser], name: str, command: Command, words: str
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=words, description=words)
    add_site(added)
    added.set_defaults(command=command)
    return added
