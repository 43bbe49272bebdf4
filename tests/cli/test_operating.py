"""reload, emergency and status, as an operator types them, and a daemon that answers at the control socket."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest

from irmacall.errors import IrmacallError, PeerUnavailable, SettingsError
from irmacall.service import control
from irmacall.service.control import Answer, Control, Request
from tests.cli.command import Ended, listed, on_site, process
from tests.settings.sample import Sample

RELOADED = {"revision": "1a2b3c4d", "changed": True, "leads": True, "waiting": [], "warnings": []}
LEADS: Mapping[str, Any] = {
    "desk": "voorbeeld",
    "revision": "1a2b3c4d",
    "leads": True,
    "fence": 7,
    "nodes": {"pbx1": False},
    "calls": {"waiting": 3, "talking": 2},
    "waiting": {"algemeen": 1, "burgerzaken": 2},
    "callbacks": 0,
    "spooled": 0,
    "emergency": None,
}


class Daemon:
    """Answers what it was told to, at the control socket of a site, from a thread of its own."""

    def __init__(self, sample: Sample) -> None:
        self._path = sample.directory / "data" / "control-voorbeeld.sock"
        self.answers: dict[str, Mapping[str, Any] | IrmacallError] = {}
        self.asked: list[Request] = []
        self._loop = asyncio.new_event_loop()
        self._open, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()
        assert self._open.wait(5)

    def stop(self) -> None:
        """Answer nobody any more."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)
        self._loop.close()

    async def _serve(self) -> None:
        async def answer(request: Request, who: str) -> Answer:
            self.asked.append(request)
            told = self.answers[request["command"]]
            if isinstance(told, IrmacallError):
                raise told
            return told

        async with Control(self._path, dict.fromkeys(("reload", "emergency", "status"), answer)).open():
            self._open.set()
            await self._over.wait()


@pytest.fixture
def daemon(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon of this site. Its log would be in the command's own output here."""
    monkeypatch.setattr(control, "log", mock.Mock())
    daemon = Daemon(sample)
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        (RELOADED, "taken (revision 1a2b3c4d): new calls get it, calls under way keep theirs\n"),
        ({**RELOADED, "changed": False}, "the same as before (revision 1a2b3c4d)\n"),
        (
            {**RELOADED, "leads": False, "waiting": ["store.lease", "credential irma-token"]},
            "taken (revision 1a2b3c4d): it holds from when this daemon leads; now another does, or none\n"
            "waits for a restart: store.lease, credential irma-token\n",
        ),
        (
            {**RELOADED, "warnings": ["in no group: samira", "pbx1 has no sound of nl/gesloten"]},
            "taken (revision 1a2b3c4d): new calls get it, calls under way keep theirs\n"
            "warning: in no group: samira\nwarning: pbx1 has no sound of nl/gesloten\n",
        ),
    ],
)
def test_a_reload_says_what_became_of_it(
    sample: Sample, daemon: Daemon, answered: Mapping[str, Any], told: str
) -> None:
    """Taken now or later, what was not, and what is left to do; the daemon is told which file is meant."""
    daemon.answers["reload"] = answered
    assert on_site(sample, "reload") == Ended(0, told, "")
    assert daemon.asked == [{"command": "reload", "site": str(sample.file)}]


def test_a_desk_by_another_name_is_told_what_it_was(sample: Sample, daemon: Daemon) -> None:
    """Who changes desk.id finds no daemon: the one that runs is another desk's."""
    sample.change('id = "voorbeeld"', 'id = "kleindorp"')
    ended = on_site(sample, "reload")
    assert (ended.code, ended.out, daemon.asked) == (1, "", [])
    assert ended.err.endswith(
        "control-kleindorp.sock): desk.id is never changed, and voorbeeld was served from here: was it that? "
        "If not, start it\n"
    )


def test_a_file_that_is_wrong_never_reaches_the_daemon(sample: Sample, daemon: Daemon) -> None:
    """Every problem is told, by who typed it; 1, since the daemon goes on with what it has."""
    sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    ended = on_site(sample, "reload")
    assert (ended.code, ended.out, daemon.asked) == (1, "", [])
    first, second = ended.err.splitlines()
    assert first == f"irmacall: {sample.file} cannot be used:"
    assert second.startswith("  desk[1].default_queue = 'algemene': should be one of")


def test_reload_needs_no_secret_to_be_asked_for(sample: Sample, daemon: Daemon) -> None:
    """It is the daemon that has them."""
    daemon.answers["reload"] = RELOADED
    for file in sample.credentials.iterdir():
        file.unlink()
    assert on_site(sample, "reload").code == 0


def test_what_the_daemon_finds_wrong_is_told(sample: Sample, daemon: Daemon) -> None:
    """It reads more than the command does: its own secrets, its own rights."""
    daemon.answers["reload"] = SettingsError("/etc/site.toml cannot be used:\n  credential irma-token: is missing")
    ended = on_site(sample, "reload")
    assert ended == Ended(1, "", "irmacall: /etc/site.toml cannot be used:\n  credential irma-token: is missing\n")


@pytest.mark.parametrize("words", [("reload",), ("emergency",), ("emergency", "off")])
def test_without_a_daemon_there_is_nobody_to_ask(sample: Sample, words: tuple[str, ...]) -> None:
    """Said in words, in the data directory that was never served from and in one that was."""
    ended = on_site(sample, *words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("irmacall: no daemon runs here (")
    daemon = Daemon(sample)
    daemon.start()
    daemon.stop()
    assert on_site(sample, *words).err == ended.err


def test_an_emergency_is_thrown_with_a_time_and_a_place(sample: Sample, daemon: Daemon) -> None:
    """What is typed is what is asked; the answer says until when."""
    ends = time.time() + 1800
    held = {"to": "to message brand", "until": ends}
    daemon.answers["emergency"] = {"emergency": held, "ended": False}
    thrown = on_site(sample, "emergency", "on", "--minutes", "30", "--message", "brand", "--reason", "brand")
    until = datetime.fromtimestamp(ends, ZoneInfo("Europe/Amsterdam")).strftime("%H:%M Europe/Amsterdam")
    assert thrown == Ended(0, f"emergency: every caller goes to message brand until {until} (30 minutes)\n", "")
    sample.change('title = "Gemeente Voorbeeld"', 'title = "Gemeente Voorbeeld"\ntimezone = "America/Curacao"')
    until = datetime.fromtimestamp(ends, ZoneInfo("America/Curacao")).strftime("%H:%M America/Curacao")
    assert f"until {until} (" in on_site(sample, "emergency").out
    daemon.asked.pop()
    on_site(sample, "emergency", "on", "--minutes", "5", "--queue", "algemeen")
    asked = {"command": "emergency", "do": "on"}
    assert daemon.asked == [
        {**asked, "minutes": 30, "message": "brand", "reason": "brand"},
        {**asked, "minutes": 5, "queue": "algemeen"},
    ]


def test_an_emergency_is_shown_and_ended(sample: Sample, daemon: Daemon) -> None:
    """Without an argument it is only looked at."""
    daemon.answers["emergency"] = {"emergency": None, "ended": True}
    assert on_site(sample, "emergency").out == "no emergency\n"
    assert on_site(sample, "emergency", "off").out == "the emergency is over\n"
    daemon.answers["emergency"] = {"emergency": None, "ended": False}
    assert on_site(sample, "emergency", "off").out == "there was no emergency\n"
    assert [request["do"] for request in daemon.asked] == ["show", "off", "off"]


@pytest.mark.parametrize("words", [(), ("--minutes", "5"), ("--queue", "a"), ("--message", "b")])
def test_an_emergency_without_an_end_or_a_place_is_refused(
    sample: Sample, daemon: Daemon, words: tuple[str, ...]
) -> None:
    """Before anything is asked of the daemon."""
    ended = on_site(sample, "emergency", "on", *words)
    assert (ended.code, daemon.asked) == (2, [])
    assert ended.err == "irmacall: emergency on: needs --minutes, and one of --message and --queue\n"


@pytest.mark.parametrize("words", [(), ("--minutes", "5")])
def test_an_emergency_in_two_places_is_refused(sample: Sample, daemon: Daemon, words: tuple[str, ...]) -> None:
    """With what is wrong about it, whatever else is missing."""
    ended = on_site(sample, "emergency", "on", "--queue", "a", "--message", "b", *words)
    assert (ended.code, daemon.asked) == (2, [])
    assert ended.err == "irmacall: emergency on: should have --message or --queue, not both\n"


def test_a_standby_says_so(sample: Sample, daemon: Daemon) -> None:
    """The refusal is the daemon's own."""
    daemon.answers["emergency"] = PeerUnavailable("this daemon does not lead the desk now")
    ended = on_site(sample, "emergency", "off")
    assert ended == Ended(1, "", "irmacall: this daemon does not lead the desk now\n")


def test_status_begins_with_the_daemons_own_word(sample: Sample, daemon: Daemon) -> None:
    """What it does, in names and counts."""
    daemon.answers["status"] = LEADS
    [line] = [line for line in _status(sample) if "daemon of voorbeeld" in line]
    assert line == (
        "ok     daemon of voorbeeld: leads (fence 7, revision 1a2b3c4d); calls: 2 talking, 3 waiting; "
        "waiting: 1 in algemeen, 2 in burgerzaken; not heard of: pbx1"
    )
    daemon.answers["status"] = {**LEADS, "emergency": {"to": "to queue algemeen", "until": time.time() + 60}}
    assert any("emergency: every caller goes to queue algemeen until" in line for line in _status(sample))
    daemon.answers["status"] = {**LEADS, "callbacks": 1}
    assert any("2 in burgerzaken; to call back: 1; not heard of" in line for line in _status(sample))
    daemon.answers["status"] = {**LEADS, "spooled": 12}
    assert any(line.endswith("; calls not in the records yet: 12") for line in _status(sample))
    stands_by = {"desk": "voorbeeld", "revision": "1a2b3c4d", "leads": False}
    told = "ok     daemon of voorbeeld: stands by (revision 1a2b3c4d); "
    daemon.answers["status"] = {**stands_by, "leader": "kcc2, process 7"}
    assert told + "kcc2, process 7 leads" in _status(sample)
    daemon.answers["status"] = {**stands_by, "leader": None}
    assert told + "nobody that is known of leads" in _status(sample)


def test_status_without_a_daemon_fails(sample: Sample) -> None:
    """Whatever else answers."""
    assert any(line.startswith("WRONG  daemon of voorbeeld: no daemon runs here") for line in _status(sample))


def _status(sample: Sample) -> list[str]:
    """The lines of a status where no server answers."""
    text = sample.file.read_text(encoding="utf-8")
    for address in ("127.0.0.1:6379", "127.0.0.1:6380"):
        text = text.replace(address, f"127.0.0.{address[-1]}:9")
    sample.file.write_text(text, encoding="utf-8")
    ended = on_site(sample, "status")
    assert ended.code == 1
    return ended.out.splitlines()


def test_a_second_daemon_at_the_same_data_is_refused(sample: Sample, daemon: Daemon, tmp_path: Path) -> None:
    """It says which file says so, and 2: no restart mends it."""
    ended = process("serve", "--site", sample.file, "--credentials", sample.credentials)
    assert ended.code == 2
    assert "control-voorbeeld.lock: is held by a daemon that runs" in ended.err


GROUPS = """
[[desk.group]]
id = "kcc"
title = "KCC"
queues = ["algemeen", "burgerzaken"]

[[desk.group]]
id = "leiding"
title = "Leiding"
queues = ["algemeen"]
"""


def test_somebody_belongs_to_groups_of_the_site(sample: Sample) -> None:
    """Given when she is added, and set as a whole later; each is a line in the audit log."""
    sample.add(GROUPS)
    words = ("--group", "kcc", "--group", "leiding")
    assert on_site(sample, "user", "add", "nadia", "--name", "Nadia", *words).code == 0
    assert listed(sample) == "nadia\tagent\t-\tkcc,leiding\t-\t-\tNadia\tID\n"
    ended = on_site(sample, "user", "groups", "nadia", "kcc")
    assert ended == Ended(0, "nadia\tkcc\n", "It counts from when she goes available the next time.\n")
    assert listed(sample) == "nadia\tagent\t-\tkcc\t-\t-\tNadia\tID\n"
    assert on_site(sample, "user", "groups", "nadia").out == "nadia\t-\n"
    assert on_site(sample, "audit", "verify").out.startswith("3 lines, each as it was written")


@pytest.mark.parametrize("words", [("add", "joost", "--name", "Joost", "--group", "kc"), ("groups", "nadia", "kc")])
def test_a_group_that_the_site_has_not_is_refused(sample: Sample, words: tuple[str, ...]) -> None:
    """With those that it has, or that it has none; and nothing changes."""
    on_site(sample, "user", "add", "nadia", "--name", "Nadia")
    told = "irmacall: there is no group kc in the site: "
    assert on_site(sample, "user", *words).err == (
        told + "it has none, so every agent serves every queue: write [[desk.group]] into the site file first\n"
    )
    sample.add(GROUPS)
    assert on_site(sample, "user", *words) == Ended(1, "", told + "it has kcc, leiding\n")
    assert listed(sample) == "nadia\tagent\t-\t-\t-\t-\tNadia\tID\n"


def test_groups_of_nobody_are_refused(sample: Sample) -> None:
    """As with every other change."""
    assert on_site(sample, "user", "groups", "nadia") == Ended(1, "", "irmacall: there is no user nadia\n")
