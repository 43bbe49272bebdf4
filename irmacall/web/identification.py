"""The staff's routes of who wants to know who calls: a number for the caller to type in, and how far that is."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from irmacall.core.ids import CallId, SeatId, SubjectId, UserId
from irmacall.web import doors, identify_words, sessions
from irmacall.web.identify_ports import AskedView, Choice, IdentifyDesk, IdentifyView
from irmacall.web.routes import WITH_A_PHONE, Route
from irmacall.web.shell import Shell

LIVE: Final = frozenset({"asked", "taken", "sharing", "failed"})
"""States from which something may still come."""


class Identification:
    """The handlers, with the desk that they ask. A refusal is an answer of 403: the page says it in words."""

    def __init__(self, desk: IdentifyDesk) -> None:
        self._desk = desk

    def part(self, _: Shell) -> list[Route]:
        """What can be asked of a caller."""
        return [
            Route("POST", "/identify", WITH_A_PHONE, self.identify),
            Route("POST", "/identify/stop", WITH_A_PHONE, self.stop),
            Route("POST", "/identify/text", WITH_A_PHONE, self.text),
        ]

    async def identify(self, request: web.Request) -> web.StreamResponse:
        """A number for the caller of this call: for a subject, or one attribute besides."""
        fields = await sessions.given(request)
        subject = SubjectId(doors.identifier(doors.text(fields, "subject", 128), "subject"))
        more = doors.identifier(doors.text(fields, "more", 128), "more") if "more" in fields else None
        await self._desk.identify(*await _who(request, fields), subject, more)
        return web.Response(status=204)

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """She wants it no longer."""
        await self._desk.drop(*await _who(request, await sessions.given(request)))
        return web.Response(status=204)

    async def text(self, request: web.Request) -> web.StreamResponse:
        """The number, by SMS."""
        await self._desk.text(*await _who(request, await sessions.given(request)))
        return web.Response(status=204)


async def _who(request: web.Request, fields: dict[str, object]) -> tuple[SeatId, UserId, CallId]:
    """Who asks, and of which call."""
    user = await sessions.known_user(request)
    call = doors.identifier(doors.text(fields, "call", 128), "call")
    return await sessions.seat_of(request), user.id, CallId(call)


def painted(seen: IdentifyView) -> dict[str, object]:
    """What the page shows of it: `send` is what it sends back of the choice that is taken."""
    return {"choices": [_choice(each) for each in seen.choices], "asked": seen.asked and _asked(seen, seen.asked)}


def _choice(offered: Choice) -> dict[str, object]:
    more = {} if offered.more is None else {"more": offered.more}
    return {"send": {"subject": offered.subject, **more}, "label": identify_words.choice(offered)}


def _asked(seen: IdentifyView, asked: AskedView) -> dict[str, object]:
    return {
        "live": asked.state in LIVE,
        "done": asked.state == "done",
        "title": asked.title,
        "number": "" if asked.number is None else identify_words.spaced(asked.number),
        "address": seen.address,
        "told": identify_words.state(asked),
        "left": round(asked.left, 1) if asked.state in LIVE else None,
        "text": asked.texted in ("offered", "failed", "sent"),
        "texted": identify_words.texted(asked),
    }
