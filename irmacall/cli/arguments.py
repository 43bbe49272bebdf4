"""What can be typed behind `irmacall`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

import irmacall
from irmacall.cli import audit as audits
from irmacall.cli import hours as opening
from irmacall.cli import judging, making, operating, people, running, sounds
from irmacall.cli.site import add_site
from irmacall.store.audit import AuditKind
from irmacall.store.users import Role

_KINDS: Final = f"lines of this kind alone: {', '.join(AuditKind)}"
Commands = argparse._SubParsersAction  # argparse has no public name for it
Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line. What is parsed has `command`: a function of it that gives the exit code."""
    root = argparse.ArgumentParser("irmacall", description=irmacall.__doc__)
    root.add_argument("--version", action="version", version=f"irmacall {irmacall.__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    _add_running(commands)
    _add_operating(commands)
    _add_judging(commands)
    _add_making(commands)
    _add_users(commands.add_parser("user", help="who may log in"))
    _add_phones(commands.add_parser("phone", help="the agents' phones"))
    _add_prompts(commands.add_parser("prompts", help="what callers hear"))
    return root


def _add_running(commands: Commands[argparse.ArgumentParser]) -> None:
    _add(commands, "serve", running.serve_site, "serve the site until SIGTERM or SIGINT")
    _add(commands, "watchdog", running.watchdog, "see to it that nobody waits for a daemon that is gone")


def _add_operating(commands: Commands[argparse.ArgumentParser]) -> None:
    _add(commands, "reload", operating.reload, "have the daemon that runs read the site file again")
    emergency = _add(
        commands, "emergency", operating.emergency, "send every caller elsewhere for a while, or end that; or show it"
    )
    emergency.add_argument("do", nargs="?", choices=["on", "off"], help="without it: tell whether there is one")
    emergency.add_argument("--minutes", type=int, metavar="N", help="it ends by itself after so many (1 to 1440)")
    emergency.add_argument("--message", metavar="SOUND", help="everybody hears this, and the call is over")
    emergency.add_argument("--queue", metavar="QUEUE", help="everybody waits in this queue")
    emergency.add_argument("--reason", metavar="TEXT", help="for the audit log")


def _add_judging(commands: Commands[argparse.ArgumentParser]) -> None:
    check = _add(commands, "check", judging.check, "judge the site: its file, its secrets and the servers behind it")
    check.add_argument("--offline", action="store_true", help="ask no server")
    check.add_argument("--file", action="store_true", help="judge the file alone: no secret, no server")
    hours = _add(commands, "hours", opening.hours, "whether the desk and its queues are open, why, and until when")
    hours.add_argument(
        "--at",
        type=opening.wall_clock,
        metavar="'YYYY-MM-DD HH:MM'",
        help="at this moment, by the desk's clocks; without it: now",
    )
    _add(commands, "status", judging.status, "what the daemon does, who leads, and which servers answer")
    audit = _commands_of(commands.add_parser("audit", help="the audit log"))
    read = _add(audit, "list", audits.list_audit, "who did what, and when: the last lines, the newest at the end")
    read.add_argument("--last", type=_count, default=audits.LAST, metavar="N", help=f"so many lines ({audits.LAST})")
    read.add_argument("--kind", type=AuditKind, choices=list(AuditKind), metavar="KIND", help=_KINDS)
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
    add.add_argument(
        "--group",
        action="append",
        default=[],
        dest="groups",
        help="a group that she belongs to; repeat it",
    )
    add.add_argument("--department", default="", metavar="TEXT", help="where she works, as colleagues look for her")
    add.add_argument("--extension", metavar="DIGITS", help="what colleagues dial to reach her; 2 to 6 digits")
    _add_password(add)
    _add_places(commands)
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


def _add_places(commands: Commands[argparse.ArgumentParser]) -> None:
    """What can be changed of where somebody is found."""
    groups = _add(commands, "groups", people.set_groups, "say to which groups somebody belongs, and to no other")
    groups.add_argument("login")
    groups.add_argument("groups", nargs="*", metavar="GROUP", help="a group of the site's; none: to no group")
    department = _add(commands, "department", people.set_department, "say where somebody works")
    department.add_argument("login")
    department.add_argument("department", nargs="?", default="", metavar="TEXT", help="none: nowhere in particular")
    extension = _add(commands, "extension", people.set_extension, "say what colleagues dial to reach somebody")
    extension.add_argument("login")
    extension.add_argument("extension", nargs="?", metavar="DIGITS", help="2 to 6 digits; none: nothing")


def _add_phones(phone: argparse.ArgumentParser) -> None:
    commands = _commands_of(phone)
    add = _add(commands, "add", people.add_phone, "give a phone a new password; an earlier one is void")
    add.add_argument("endpoint")
    remove = _add(commands, "remove", people.remove_phone, "forget a phone")
    remove.add_argument("endpoint")
    _add(commands, "list", people.list_phones, "the phones that there are")


def _add_prompts(prompts: argparse.ArgumentParser) -> None:
    commands = _commands_of(prompts)
    make = _add(commands, "make", sounds.make_prompts, "have a machine speak what no person has recorded yet")
    make.add_argument("--music", type=Path, metavar="DIR", help="make music on hold here too, where there is none")
    check = _add(commands, "check", sounds.check_prompts, "tell what is still to be recorded, and judge recordings")
    accept = _add(
        commands, "accept", sounds.accept_prompts, "say that recordings are right though their text changed"
    )
    accept.add_argument("prompts", nargs="+", metavar="LANGUAGE/NAME")
    for each in (make, check, accept):
        each.add_argument("--out", required=True, type=Path, metavar="DIR", help="Asterisk's directory `sounds`")
        each.add_argument("--shipped", action="store_true", help="irmacall's own texts in all languages; no site")


def _count(text: str) -> int:
    """A whole number above nothing, of at most nine digits."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < 1:
        raise argparse.ArgumentTypeError("should be a whole number from 1 on")
    return int(text)


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
