"""The page about the servers. It looks again by itself; what it then fetches is the same words, by their places."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from irmacall.web.admin import words
from irmacall.web.admin.pages import AdminPages
from irmacall.web.admin.ports import HealthBook, HealthView, NodeView, PeerView
from irmacall.web.i18n import N_, _
from irmacall.web.routes import ADMINISTERING, Route

PAGE: Final = "/admin/nodes"
PEERS: Final = {
    "desk_redis": N_("Geheugen van de centrale (redis)"),
    "vault_redis": N_("Kluis voor gegevens (redis)"),
    "yivi": N_("Yivi-server"),
    "records": N_("Database van gesprekken"),
}
_STATES: Final = {"well": N_("In orde"), "look": N_("Let op"), "wrong": N_("Storing")}
_STAGES: Final = {
    "welcome": N_("komt binnen"),
    "asking": N_("toetst een code"),
    "menu": N_("in een keuzemenu"),
    "waiting": N_("in een wachtrij"),
    "ringing": N_("gaat over"),
    "connecting": N_("wordt verbonden"),
    "talking": N_("in gesprek"),
    "callback": N_("vraagt terugbellen"),
    "dialling": N_("wordt teruggebeld"),
    "leaving": N_("gaat weg"),
    "ended": N_("voorbij"),
}


class NodePages:
    """The handlers, with what they need."""

    def __init__(self, book: HealthBook, pages: AdminPages) -> None:
        self._book = book
        self._pages = pages

    def routes(self) -> list[Route]:
        """All of them are for who administers, and for nobody else."""
        return [
            Route("GET", PAGE, ADMINISTERING, self.page),
            Route("GET", f"{PAGE}/now", ADMINISTERING, self.now),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """How all is now."""
        seen = await self._book.health()
        return await self._pages.draw(
            request, "nodes", seen=seen, told=_told(seen, self._pages.timezone), peer_names=PEERS
        )

    async def now(self, request: web.Request) -> web.StreamResponse:
        """The same for who has the page: what stands where, as text. Nobody stays logged in by it."""
        return web.json_response(_told(await self._book.health(), self._pages.timezone))


def _told(seen: HealthView, timezone: str) -> dict[str, str]:
    """By the place on the page: its text. The state of a server is a place too: `node.pbx1.state`."""
    told = {
        "at": words.time_of_day(seen.at, timezone),
        "daemon": _daemon(seen),
        "calls": _counted({_(_STAGES[k]) if k in _STAGES else k: n for k, n in seen.calls.items()}),
        "waiting": _counted(seen.waiting),
        "callbacks": str(seen.callbacks),
        "spooled": str(seen.spooled),
        "emergency": _emergency(seen, timezone),
        "revision": seen.revision,
    }
    for node in seen.nodes:
        told |= {f"node.{node.name}.{name}": text for name, text in _node(node).items()}
    for peer in seen.peers:
        told |= {f"peer.{peer.kind}.{name}": text for name, text in _peer(peer).items()}
    return told


def _daemon(seen: HealthView) -> str:
    if seen.leads:
        return _("Leidt de centrale (beurt {fence}).").format(fence=seen.fence)
    if seen.leader:
        return _("Staat klaar. Nu leidt: {leader}.").format(leader=seen.leader)
    return _("Staat klaar. Wie nu leidt, is niet bekend.")


def _counted(numbers: dict[str, int] | object) -> str:
    assert isinstance(numbers, dict)
    return ", ".join(f"{number} {what}" for what, number in sorted(numbers.items())) or _("geen")


def _emergency(seen: HealthView, timezone: str) -> str:
    held = seen.emergency
    if held is None:
        return _("uit")
    until = words.day_and_time(held.until, timezone)
    told = _("aan: alle bellers gaan naar wachtrij {name}, tot {until}")
    if held.kind == "message":
        told = _("aan: alle bellers horen {name}, tot {until}")
    return told.format(name=held.name, until=until)


def _node(node: NodeView) -> dict[str, str]:
    heard = {True: _("ja"), False: _("nee"), None: _("alleen wie leidt, luistert")}[node.heard]
    return {
        "state": node.state,
        "word": _(_STATES[node.state]),
        "version": node.version or "–",
        "heard": heard,
        "calls": "–" if node.calls is None else str(node.calls),
        "lag": "–" if node.lag is None else _("{number} s").format(number=f"{node.lag:.1f}"),
        "cpu": "–" if node.cpu is None else f"{round(100 * node.cpu)} %",
        "refused": "–" if node.refused is None else f"{node.refused} %",
        "problem": node.problem,
    }


def _peer(peer: PeerView) -> dict[str, str]:
    return {"state": peer.state, "word": _(_STATES[peer.state]), "detail": _detail(peer), "problem": peer.problem}


def _detail(peer: PeerView) -> str:
    if peer.in_memory:
        return _("In het geheugen van dit programma: na een herstart is alles weg.")
    if peer.skew is not None:
        return _("De klok wijkt {number} s af.").format(number=f"{peer.skew:.1f}")
    return peer.detail
