"""Walks the rendered irmacall-hours.conf as Asterisk would: a reader of the few words that stand in it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_LINE = re.compile(r"(?:exten => (?P<exten>\w+),(?P<priority>1|n)| same => n),(?P<app>\w+)\((?P<words>.*)\)")
_TIME = re.compile(r"\$\{STRFTIME\(\$\{IRMACALL_CAME\},(?P<zone>[^,]+),(?P<form>[^)]+)\)\}")
_TEST = re.compile(r"\$\[(?P<left>\d+) >= (?P<first>\d+) & (?P<again>\d+) < (?P<last>\d+)\]\?(?P<where>.+)")
_WEEK = "_2XXXXXXX"

Plan = dict[str, list[tuple[str, str]]]
"""What each extension of a context does, in order: application and words."""


def read(folder: Path, desk: str) -> Plan:
    """The context of a desk. Whatever is not understood fails."""
    text = (folder / "irmacall-hours.conf").read_text()
    (body,) = re.findall(rf"^\[irmacall-hours-{desk}\]\n((?:[^\[\n].*\n)*)", text, re.M)
    plan: Plan = defaultdict(list)
    exten = ""
    for line in body.splitlines():
        if line.startswith(";"):
            continue
        found = _LINE.fullmatch(line)
        assert found, line
        assert (found["priority"] == "1") == (found["exten"] is not None and not plan.get(found["exten"])), line
        exten = found["exten"] or exten
        plan[exten].append((found["app"], found["words"]))
    return plan


def walk(plan: Plan, came: float) -> str:
    """Where a caller who came at this moment ends: `open` or `closed`."""
    exten, step, clock = "s", 0, ""
    while True:
        app, words = plan[exten][step]
        words = _TIME.sub(lambda found: _shown(came, found["zone"], found["form"]), words)
        step += 1
        if app == "Set":
            name, _, clock = words.partition("=")
            assert name == "IRMACALL_TIME"
            continue
        if app == "GotoIf":
            found = _TEST.fullmatch(words.replace("${IRMACALL_TIME}", clock))
            assert found, words
            if not int(found["first"]) <= int(found["left"]) < int(found["last"]):
                continue
            words = found["where"]
        else:
            assert app == "Goto"
        context, _, rest = words.rpartition(",s,")
        if context:
            assert context.startswith("irmacall-anonymous-")
            return rest
        exten, step = _extension(plan, words.removesuffix(",1")), 0


def _shown(came: float, zone: str, form: str) -> str:
    return datetime.fromtimestamp(came, ZoneInfo(zone)).strftime(form)


def _extension(plan: Plan, exten: str) -> str:
    if exten in plan:
        return exten
    return _WEEK if re.fullmatch(r"2\d{7}", exten) else "i"
