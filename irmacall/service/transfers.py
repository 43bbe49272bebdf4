"""What an agent's or official's screen asks of a caller whom she passes on (see `web.ports.StaffDesk`)."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from irmacall.core import views
from irmacall.core.call import Call, Stage
from irmacall.core.ids import CallId, QueueId, SealedId, SeatId, UserId
from irmacall.core.state import Desk
from irmacall.core.transfer import Act
from irmacall.core.transfer_events import ActAsked, TransferAsked
from irmacall.errors import Refused
from irmacall.service import identity
from irmacall.service.directory import Directory, Line, Reach
from irmacall.service.leadership import Leadership
from irmacall.service.term import Term
from irmacall.store.users import User
from irmacall.store.vault import Vault
from irmacall.web.ports import NOTE_LENGTH, ActName, LineView, PassOn, PersonView, TargetsView


class Transfers:
    """Passes callers on, for the seats that have them on the line; refuses whatever else is asked."""

    def __init__(
        self, leadership: Leadership, directory: Directory, reach: Callable[[], Reach], vault: Vault
    ) -> None:
        """`reach` is asked each time: a site file can be read anew."""
        self._leadership = leadership
        self._directory = directory
        self._reach = reach
        self._vault = vault

    async def targets(self, user: UserId, text: str) -> TargetsView:
        """See `StaffDesk.targets`. Raises PeerError."""
        found = await self._directory.found(text, user)
        term = self._leadership.term()
        return TargetsView(
            people=[_person(term.desk, each) for each in found],
            lines=[
                _line(term.desk, each) for each in self._reach().found(text) if each.queue in term.desk.plan.queues
            ],
            number=term.targets.outside(text),
        )

    async def pass_on(self, seat: SeatId, user: UserId, call: CallId, wish: PassOn) -> None:
        """See `StaffDesk.pass_on`. Raises PeerError too, and LeaseLost: then nothing came of it."""
        term = self._leadership.term()
        hers = _on_the_line(term.desk, seat, user, call)
        text = _checked(wish.note)
        to = await term.targets.wished(hers, user, wish)
        try:
            async with self._noted(term, hers, user, text) as (note, until):
                await term.ask(TransferAsked(seat, call, to, wish.consult, note, until))
        finally:
            term.targets.forget(to)

    @asynccontextmanager
    async def _noted(
        self, term: Term, call: Call, by: UserId, text: str
    ) -> AsyncIterator[tuple[SealedId | None, float | None]]:
        """Where this note about a caller lies while something is asked with it, and until when.

        It is burned at once where nothing came of that: no call has it then, and nobody would ever erase it.
        """
        if not text:
            yield None, None
            return
        sealed, until, asked = SealedId(secrets.token_hex(16)), _until(term.desk, call, time.time()), False
        try:
            content = identity.packed_note(text, by)
            await self._vault.seal(term.desk.plan.desk, sealed, content, until, term.lease.fence)
            yield sealed, until
            asked = True
        finally:
            if not asked or call.note != sealed:
                term.custody.burn(sealed)

    async def act(self, seat: SeatId, call: CallId, act: ActName) -> None:
        """See `StaffDesk.act`."""
        await self._leadership.term().ask(ActAsked(seat, call, Act(act)))


def _on_the_line(desk: Desk, seat: SeatId, user: UserId, call: CallId) -> Call:
    """This call, which the user at this seat has on the line. Raises Refused."""
    found, agent = desk.calls.get(call), desk.agent_at(seat)
    leg = None if found is None or found.stage is not Stage.TALKING else found.leg
    if found is None or leg is None or agent is None or agent.user != user:
        raise Refused("does not have this caller on the line")
    if (leg.user, leg.endpoint) != (user, agent.endpoint):
        raise Refused("does not have this caller on the line")
    return found


def _checked(note: str) -> str:
    text = note.strip()
    if len(text) > NOTE_LENGTH:
        raise Refused(f"a note has at most {NOTE_LENGTH} characters")
    return text


def _until(desk: Desk, call: Call, now: float) -> float:
    """No longer than an identity may live, and than hers does."""
    hers = None if call.sealed is None else desk.disclosures.get(call.sealed)
    longest = now + call.plan.times.identity
    return longest if hers is None else min(longest, hers.expires_at)


def _person(desk: Desk, user: User) -> PersonView:
    presence = views.presence(desk, user.id)
    return PersonView(user.id, user.name, user.department, user.extension or "", presence.value)


def _line(desk: Desk, line: Line) -> LineView:
    return LineView(line.queue, line.title, line.extension or "", _waiting(desk, line.queue))


def _waiting(desk: Desk, queue: QueueId) -> int:
    """Who wait on the line, and not those who are to be called back."""
    return sum(who in desk.calls for _, who in desk.order.queues.get(queue) or ())
