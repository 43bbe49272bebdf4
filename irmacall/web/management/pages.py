"""The routes of management: the wallboard, what may be done there, and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from irmacall.core.ids import UserId
from irmacall.errors import Refused
from irmacall.web import doors, sessions
from irmacall.web.config import InForce
from irmacall.web.i18n import N_, _
from irmacall.web.management import asking, painting, words
from irmacall.web.management.ports import EmergencyChoices, ManagementDesk, Refusal
from irmacall.web.management.reports import Reports
from irmacall.web.routes import MANAGING, Route
from irmacall.web.shell import Shell
from irmacall.web.telephone import shown_seat

TOLD: Final = {
    "paused": N_("De medewerker staat op pauze."),
    "logged-out": N_("De medewerker is afgemeld."),
    "gone": N_("Deze medewerker is niet meer aangemeld."),
    "thrown": N_("De noodschakelaar staat aan."),
    "ended": N_("De noodschakelaar staat uit."),
    "was-off": N_("De noodschakelaar stond al uit."),
}
"""What became of an act, by a word in the address of the page that follows it."""
_REFUSALS: Final = {
    "on-the-line": N_(
        "Deze medewerker heeft nu een gesprek. Afmelden kan na het gesprek. Kies zo nodig eerst pauze."
    ),
}
_NOT_NOW: Final = N_("Dat kan nu niet: niet elke server kan deze melding laten horen. Kies een wachtrij.")


def management(desk: ManagementDesk, config: InForce) -> Callable[[Shell], list[Route]]:
    """This part of the staff's app (see `staff.Part`)."""

    def routes(shell: Shell) -> list[Route]:
        board, reports = _Board(desk, config, shell), Reports(desk, shell)
        return [*board.routes(), *reports.routes()]

    return routes


class _Board:
    """The wallboard and what is done from it, with what they need."""

    def __init__(self, desk: ManagementDesk, config: InForce, shell: Shell) -> None:
        self._desk = desk
        self._config = config
        self._shell = shell

    def routes(self) -> list[Route]:
        """Each for management alone."""
        return [
            Route("GET", "/wallboard", MANAGING, self.page),
            Route("GET", "/wallboard/state", MANAGING, self.state),
            Route("GET", "/wallboard/agent", MANAGING, self.agent),
            Route("POST", "/wallboard/pause", MANAGING, self.pause),
            Route("POST", "/wallboard/logout", MANAGING, self.log_out),
            Route("GET", "/wallboard/emergency", MANAGING, self.emergency),
            Route("POST", "/wallboard/emergency", MANAGING, self.throw),
            Route("POST", "/wallboard/emergency/end", MANAGING, self.end),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The wallboard, without figures: its script asks for those. `big`: to be read from across a room."""
        told = TOLD.get(request.query.get("told", ""))
        return await self._shell.draw(
            request,
            "management/wallboard.html",
            told="" if told is None else _(told),
            big="big" in request.query,
            seat=shown_seat(await sessions.seat_of(request)),
        )

    async def state(self, request: web.Request) -> web.StreamResponse:
        """The desk now."""
        return web.json_response(painting.board(await self._desk.board(), self._config().timezone))

    async def agent(self, request: web.Request) -> web.StreamResponse:
        """What can be done about one agent."""
        return await self._agent(request, _user(request.query.get("user")), None)

    async def _agent(self, request: web.Request, user: UserId, refused: Refusal | None) -> web.StreamResponse:
        agent = await self._desk.agent(user)
        if agent is None:
            raise _to_board("gone")
        told = _REFUSALS.get(refused or "")
        return await self._shell.draw(
            request,
            "management/agent.html",
            status=200 if refused is None else 409,
            agent=agent,
            state=words.doing(agent),
            about=words.about_pause(agent),
            since=words.duration(agent.seconds),
            refused="" if told is None else _(told),
        )

    async def pause(self, request: web.Request) -> web.StreamResponse:
        """No new calls for one agent."""
        fields = await self._shell.form(request)
        user, reason = _user(fields.get("user")), doors.text(fields, "reason", 60)
        if reason not in self._config().pause_reasons:
            raise doors.Malformed("field reason")
        by = await self._shell.user(request)
        refused = await self._desk.pause(user, reason, by.id)
        raise _to_board("paused" if refused is None else refused)

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """End one agent's sessions, unless she has a call."""
        user = _user((await self._shell.form(request)).get("user"))
        refused = await self._desk.log_out(user, (await self._shell.user(request)).id)
        if refused in _REFUSALS:
            return await self._agent(request, user, refused)
        raise _to_board("logged-out" if refused is None else refused)

    # -- the emergency switch --------------------------------------------------------------------------------

    async def emergency(self, request: web.Request) -> web.StreamResponse:
        """The form, or what holds now and how it is ended."""
        return await self._emergency(request, asking.NO_EMERGENCY)

    async def _emergency(
        self, request: web.Request, asked: asking.Emergency, refused: str = "", *, once_more: bool = False
    ) -> web.StreamResponse:
        choices, stands = self._desk.emergency_choices(), self._desk.emergency()
        return await self._shell.draw(
            request,
            "management/emergency.html",
            status=422 if asked.faults or refused else 200,
            asked=asked,
            choices=choices,
            messages=[(place.id, words.message(place.title)) for place in choices.messages],
            stands=stands,
            where="" if stands is None else words.destination(stands),
            refused=refused,
            once_more=once_more,
            to=_destination(asked, choices) if once_more else "",
        )

    async def throw(self, request: web.Request) -> web.StreamResponse:
        """Ask once more; and where that was done, throw it."""
        fields = await self._shell.form(request)
        asked = asking.emergency(fields, self._desk.emergency_choices())
        if asked.wish is None or fields.get("sure") != "yes":
            return await self._emergency(request, asked, once_more=asked.wish is not None)
        by = await self._shell.user(request)
        try:
            await self._desk.throw_emergency(asked.wish, by.id, by.name)
        except Refused:  # A message that a node cannot play, or a queue that the site has no longer: see the log.
            return await self._emergency(
                request,
                asked,
                _(_NOT_NOW),
            )
        raise _to_board("thrown")

    async def end(self, request: web.Request) -> web.StreamResponse:
        """All is as it was again."""
        await self._shell.form(request)
        by = await self._shell.user(request)
        ended = await self._desk.end_emergency(by.id, by.name)
        raise _to_board("ended" if ended else "was-off")


def _destination(asked: asking.Emergency, choices: EmergencyChoices) -> str:
    assert asked.wish is not None, "what is asked once more has no fault"
    if asked.wish.queue is not None:
        title = next(place.title for place in choices.queues if place.id == asked.wish.queue)
        return _("wachtrij {title}").format(title=title)
    return _("melding “{title}”").format(title=words.message(asked.wish.message or ""))


def _user(found: str | None) -> UserId:
    return UserId(doors.identifier(found, "user"))


def _to_board(told: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/wallboard?told={told}")
