"""What somebody with a phone did today: her own calls that are over, without a name, a number or an identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from irmacall.core.ids import UserId
from irmacall.errors import PeerError
from irmacall.web.i18n import _
from irmacall.web.routes import WITH_A_PHONE, Route
from irmacall.web.shell import Shell

ROWS: Final = 6
"""So many calls are listed, the last ones."""


@dataclass(frozen=True, slots=True)
class DoneView:
    """One call of today that she had on the line, whoever answered it."""

    clock: str
    """When it was answered, by the desk's own clock: "10:42"."""
    queue: str
    subject: str | None
    seconds: float
    """From the answer until the call was over, whoever had it last."""
    callback: bool = False
    """The municipality called back."""
    passed_on_to: tuple[str, ...] = ()
    """Names of colleagues to whom she passed the caller on."""


@dataclass(frozen=True, slots=True)
class DayView:
    """Her day so far. `calls`: the last ones, newest first."""

    number: int
    seconds: float
    """How long all of them were, together."""
    calls: Sequence[DoneView] = ()


class DayDesk(Protocol):
    """Knows what somebody did today."""

    async def today(self, user: UserId, most: int) -> DayView:
        """Her day, with so many calls of it at the most. Raises PeerError where the records cannot be asked now."""


class Today:
    """The part of the staff's app that tells it."""

    def __init__(self, desk: DayDesk) -> None:
        self._desk = desk

    def __call__(self, shell: Shell) -> list[Route]:
        """Its routes."""

        async def today(request: web.Request) -> web.StreamResponse:
            user = await shell.user(request)
            try:
                day = await self._desk.today(user.id, ROWS)
            except PeerError:  # a page that shows no list is no reason to be alarmed
                return web.Response(status=503)
            return web.json_response(painted(day))

        return [Route("GET", "/today", WITH_A_PHONE, today)]


def painted(day: DayView) -> dict[str, object]:
    """Her day as its page shows it."""
    return {"told": told(day), "rows": [_row(call) for call in day.calls]}


def told(day: DayView) -> str:
    """The day in a sentence."""
    if not day.number:
        return _("U nam vandaag nog geen gesprek op.")
    number = _("1 gesprek") if day.number == 1 else _("{number} gesprekken").format(number=day.number)
    return _("{calls}, samen {length}.").format(calls=number, length=_length(day.seconds))


def _length(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("1 minuut") if minutes == 1 else _("{number} minuten").format(number=minutes)
    return _("{hours} uur en {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def _row(call: DoneView) -> dict[str, object]:
    about = _("Teruggebeld") if call.callback else call.subject or _("zonder code")
    minutes, seconds = divmod(round(call.seconds), 60)
    length = f"{minutes}:{seconds:02}"
    return {"clock": call.clock, "queue": call.queue, "about": about, "passed": _passed(call), "length": length}


def _passed(call: DoneView) -> str:
    if not call.passed_on_to:
        return ""
    return _("doorverbonden met {names}").format(names=", ".join(call.passed_on_to))
