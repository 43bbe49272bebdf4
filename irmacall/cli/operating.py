"""What an operator asks of the daemon that runs: reload, emergency; and what it says of itself."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from irmacall.cli import endings
from irmacall.cli.control import Answer, ask, the_desk
from irmacall.cli.site import settings_of
from irmacall.errors import SettingsError
from irmacall.settings import Purpose


def reload(arguments: argparse.Namespace) -> int:
    """Have the daemon read the site file again. A file that is wrong is told, and nothing is asked."""
    try:
        settings = settings_of(arguments, Purpose.LOCAL)
    except SettingsError as wrong:
        endings.say([wrong])
        return endings.FAILED  # Not 2, as elsewhere: nothing has ended, the daemon goes on with what it has.
    asked = {"command": "reload", "site": str(settings.file)}
    for line in _reloaded(ask(settings, the_desk(settings), asked)):
        print(line)
    return 0


def _reloaded(answer: Answer) -> Iterator[str]:
    revision = answer["revision"]
    if not answer["changed"]:
        yield f"the same as before (revision {revision})"
    elif answer["leads"]:
        yield f"taken (revision {revision}): new calls get it, calls under way keep theirs"
    else:
        yield f"taken (revision {revision}): it holds from when this daemon leads; now another does, or none"
    if answer["waiting"]:
        yield f"waits for a restart: {', '.join(answer['waiting'])}"
    yield from (f"warning: {line}" for line in answer["warnings"])


def emergency(arguments: argparse.Namespace) -> int:
    """Throw it, end it, or tell whether it holds."""
    settings = settings_of(arguments, Purpose.LOCAL)
    asked: dict[str, object] = {"command": "emergency", "do": arguments.do or "show"}
    if arguments.do == "on":
        if arguments.queue is not None and arguments.message is not None:
            raise SettingsError("emergency on: should have --message or --queue, not both")
        if arguments.minutes is None or (arguments.queue is None and arguments.message is None):
            raise SettingsError("emergency on: needs --minutes, and one of --message and --queue")
        given = {name: getattr(arguments, name) for name in ("minutes", "queue", "message", "reason")}
        asked |= {name: value for name, value in given.items() if value is not None}
    answer = ask(settings, the_desk(settings), asked)
    zone = settings.desks[0].timezone
    print(_ended(answer) if arguments.do == "off" else emergency_in_words(answer["emergency"], zone))
    return 0


def _ended(answer: Answer) -> str:
    return "the emergency is over" if answer["ended"] else "there was no emergency"


def emergency_in_words(held: Mapping[str, Any] | None, zone: str) -> str:
    """Where everybody goes, and until when, by the clocks of the desk's time zone."""
    if held is None:
        return "no emergency"
    until = datetime.fromtimestamp(held["until"], ZoneInfo(zone))
    left = max(0, round((held["until"] - time.time()) / 60))
    return f"emergency: every caller goes {held['to']} until {until:%H:%M} {zone} ({left} minutes)"


def status_in_words(answer: Answer, zone: str) -> str:
    """What a daemon says of itself, on one line; times by the clocks of the desk's time zone."""
    if not answer["leads"]:
        leader = answer.get("leader") or "nobody that is known of"
        return f"stands by (revision {answer['revision']}); {leader} leads"
    calls = ", ".join(f"{number} {stage}" for stage, number in sorted(answer["calls"].items())) or "none"
    waiting = ", ".join(f"{number} in {queue}" for queue, number in sorted(answer["waiting"].items())) or "nobody"
    unheard = [node for node, heard in answer["nodes"].items() if not heard]
    parts = [
        f"leads (fence {answer['fence']}, revision {answer['revision']})",
        f"calls: {calls}",
        f"waiting: {waiting}",
        *([f"to call back: {answer['callbacks']}"] if answer["callbacks"] else []),
        *([f"not heard of: {', '.join(unheard)}"] if unheard else []),
        *([f"calls not in the records yet: {answer['spooled']}"] if answer["spooled"] else []),
        *([emergency_in_words(answer["emergency"], zone)] if answer["emergency"] else []),
    ]
    return "; ".join(parts)
