"""`python -m bench.storm.asker WATCHED OUT`: logged in as everybody, asks for every card without end, until killed.

Each session in its turn asks for the card of each call that there is, or was a moment ago, under each grant around
the latest, as fast as it is answered. What is given is written down, and each second how much was asked.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import aiohttp

from bench.storm.watched import Login, Node, Watched, note
from irmacall.core.state import GRANTS_A_FENCE
from irmacall.web.sessions import COOKIE

EARLIER, LATER = 5, 2
"""How many grants before and after the latest are asked for; and so many of the next leader's."""
_GUESSES: Final = 12
"""So many guesses are made between two questions with what is known."""
_LOOK_EVERY: Final = 0.2
_REMEMBERED: Final = 3.0
"""A call is still asked for so many seconds after it was gone."""


@dataclass
class Known:
    """What the askers know together."""

    calls: dict[str, float] = field(default_factory=dict)
    """Call → when it was there last."""
    grants: dict[str, int] = field(default_factory=dict)
    """Call → the latest grant of it that anybody was told."""
    counts: Counter[str] = field(default_factory=Counter)

    def questions(self) -> list[tuple[str, int]]:
        """(call, grant): all that are worth asking now."""
        top = max(self.grants.values(), default=0)
        after = (top // GRANTS_A_FENCE + 1) * GRANTS_A_FENCE
        grants = [*range(max(1, top - EARLIER), top + LATER + 1), *range(after + 1, after + LATER + 1)]
        recent = [call for call, at in self.calls.items() if time.monotonic() - at < _REMEMBERED]
        guesses = [(call, grant) for call in recent for grant in grants]
        told = [(call, self.grants[call]) for call in recent if call in self.grants]
        rows = range(0, len(guesses), _GUESSES)
        return [each for row in rows for each in (*told, *guesses[row : row + _GUESSES])]


async def watch_calls(node: Node, known: Known) -> None:
    """Which callers there are; a node that does not answer has those whom it had."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while True:
            try:
                channels = await node.channels(http)
            except (aiohttp.ClientError, TimeoutError):
                known.counts["nodes not heard"] += 1
                channels = {}
            now = time.monotonic()
            known.calls.update({each: now for each, line in channels.items() if line.startswith("citizen")})
            await asyncio.sleep(_LOOK_EVERY)


async def ask(logins: Sequence[Login], watched: Watched, known: Known, out: TextIO) -> None:
    """These sessions' questions, one session after the other, without end."""
    trust = ssl.create_default_context(cafile=watched.authority)
    async with aiohttp.ClientSession(
        watched.staff_url,
        headers={"Sec-Fetch-Site": "same-origin"},
        connector=aiohttp.TCPConnector(ssl=trust),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=5),
    ) as http:
        for login in itertools.cycle(logins):
            try:
                await _round(http, login, known, out)
            except (aiohttp.ClientError, TimeoutError):
                known.counts["not answered"] += 1
                await asyncio.sleep(0.05)


async def _round(http: aiohttp.ClientSession, login: Login, known: Known, out: TextIO) -> None:
    async with http.get("/panel", headers=_as(login)) as answer:
        talking = (await answer.json())["talking"] if answer.ok else None
    if talking and talking["grant"]:
        known.grants[talking["call"]] = talking["grant"]
    questions = known.questions()
    for call, grant in questions:
        await _ask(http, login, call, grant, known, out)
    if not questions:
        await asyncio.sleep(0.05)


async def _ask(http: aiohttp.ClientSession, login: Login, call: str, grant: int, known: Known, out: TextIO) -> None:
    asked = time.monotonic()
    known.counts["asked"] += 1
    async with http.get("/card", params={"call": call, "grant": grant}, headers=_as(login)) as answer:
        told = await answer.json() if answer.status == 200 else None
        answered = time.monotonic()
    known.counts[str(answer.status)] += 1
    if told is not None:
        who = {"endpoint": login.endpoint, "seat": login.seat, "call": call, "grant": grant}
        note(out, {**who, "asked": asked, "answered": answered, "name": told.get("name", "")})


def _as(login: Login) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={login.key}"}


async def _count(known: Known, out: TextIO) -> None:
    while True:
        await asyncio.sleep(1.0)
        note(out, {"counts": dict(known.counts)})


async def main(path: Path, out: Path) -> None:
    """Two questions at once, of a seat and of another session: more would only wait for each other at the server."""
    watched, known = Watched.read(path), Known()
    with out.open("w") as opened:
        await asyncio.gather(
            *(watch_calls(node, known) for node in watched.nodes),
            ask([login for login in watched.logins if login.seat], watched, known, opened),
            ask([login for login in watched.logins if not login.seat], watched, known, opened),
            _count(known, opened),
        )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
