"""What an operator can ask of a running daemon over its control socket: reload, emergency, status.

An answer holds names of the site file and counts, nothing of any caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from irmacall.core.call import Stage
from irmacall.core.state import Desk, Emergency
from irmacall.errors import PeerUnavailable, Refused
from irmacall.service.control import Answer, Command, Request
from irmacall.service.emergency import Emergencies, destination, place
from irmacall.service.in_force import InForce
from irmacall.service.leadership import Leadership
from irmacall.service.reload import Reloading


class Operating:
    """The commands, by name."""

    def __init__(
        self, in_force: InForce, leadership: Leadership, reloading: Reloading, emergencies: Emergencies
    ) -> None:
        self._in_force = in_force
        self._leadership = leadership
        self._reloading = reloading
        self._emergencies = emergencies

    def commands(self) -> Mapping[str, Command]:
        """For `control.Control`."""
        return {"reload": self._reload, "emergency": self._emergency, "status": self._status}

    async def _reload(self, request: Request, who: str) -> Answer:
        """`site`: the file that is meant, as a whole path; without it the daemon's own."""
        named = _text(request, "site")
        return asdict(await self._reloading.reload(who, None if named is None else Path(named)))

    async def _emergency(self, request: Request, who: str) -> Answer:
        try:
            return await self._switch(request, who)
        except PeerUnavailable as error:
            leader = await self._leadership.leader()
            raise PeerUnavailable(f"{error}; {leader or 'nobody that is known of'} does") from error

    async def _switch(self, request: Request, who: str) -> Answer:
        """`do`: "on" with minutes, queue or message, and a reason; "off"; or "show"."""
        match request.get("do"):
            case "on":
                to = destination(_text(request, "queue"), _text(request, "message"))
                reason = _text(request, "reason") or ""
                thrown = await self._emergencies.throw(to, _minutes(request), by=who, reason=reason)
                return {"emergency": _shown(thrown)}
            case "off":
                return {"ended": await self._emergencies.end(by=who), "emergency": None}
            case "show":
                return {"emergency": _shown(self._emergencies.stands())}
        raise Refused("do: should be on, off or show")

    async def _status(self, request: Request, who: str) -> Answer:
        now = self._in_force.now
        told: dict[str, Any] = {"desk": now.desk.id, "revision": now.revision}
        try:
            term = self._leadership.term()
        except PeerUnavailable:
            return {**told, "leads": False, "leader": await self._leadership.leader()}
        nodes = {node.name: node.name in term.desk.confirmed for node in now.settings.nodes}
        return {**told, "leads": True, "fence": term.lease.fence, "nodes": nodes, **counts(term.desk)}


def counts(desk: Desk) -> Answer:
    """Calls by stage, who waits by queue, who is to be called back, what waits for the records, an emergency."""
    calls = list(desk.calls.values())
    stages = Counter(call.stage.value for call in calls)
    queues = Counter(call.queue for call in calls if call.stage is Stage.WAITING)
    return {
        "calls": dict(stages),
        "waiting": dict(queues),
        "callbacks": len(desk.callbacks),
        "spooled": len(desk.facts),
        "emergency": _shown(desk.emergency),
    }


def _shown(emergency: Emergency | None) -> Mapping[str, Any] | None:
    return None if emergency is None else {"to": place(emergency.to), "until": emergency.until}


def _text(request: Request, name: str) -> str | None:
    found = request.get(name)
    if found is None or isinstance(found, str):
        return found
    raise Refused(f"{name}: should be a text")


def _minutes(request: Request) -> int:
    found = request.get("minutes")
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    raise Refused("minutes: should be a whole number")
