"""Who is meant: whom a screen or a phone names, as a target to which the desk can pass a caller on.

A number outside is noted sealed before the desk hears of it, and forgotten where nothing came of that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Protocol

import structlog

from irmacall.core.call import Call
from irmacall.core.ids import Endpoint, NodeName, QueueId, UserId
from irmacall.core.state import Desk
from irmacall.core.transfer import Standing, Target, ToLine, ToOutside, ToPerson
from irmacall.core.transfer_commands import FindTarget
from irmacall.core.transfer_events import TargetFound, TargetUnknown
from irmacall.errors import PeerError, PeerUnavailable, Refused
from irmacall.service.callbacks import Line, Numbers, needed
from irmacall.service.directory import Directory, Reach, is_called
from irmacall.store.users import User
from irmacall.web.ports import PassOn

log = structlog.get_logger("irmacall.targets")


class Leader(Protocol):
    """What must be known of the term (see `term.Term`)."""

    @property
    def desk(self) -> Desk:
        """What it leads; read, and never changed here."""

    @property
    def nodes(self) -> Mapping[NodeName, Line]:
        """Its nodes."""

    def leads(self) -> bool:
        """Whether it goes on."""

    def ask(self, event: TargetFound | TargetUnknown) -> Awaitable[None]:
        """Have this decided and saved. Raises PeerUnavailable."""

    def follow_phone(self, endpoint: Endpoint) -> Awaitable[None]:
        """Hear of this phone from now on; whether it is there is told first."""

    def aside(self, work: Coroutine[object, object, None], name: str) -> object:
        """Do this beside everything else, as long as the term lasts."""


class Targets:
    """One term's targets. `reach` is asked each time: a site file can be read anew."""

    def __init__(self, term: Leader, directory: Directory, reach: Callable[[], Reach], numbers: Numbers) -> None:
        self._term = term
        self._directory = directory
        self._reach = reach
        self._numbers = numbers

    async def wished(self, call: Call, by: UserId, wish: PassOn) -> Target:
        """Whom this one means who has the caller of this call on the line.

        Raises Refused, with what she cannot have; PeerError; LeaseLost. See `forget` for what becomes of it.
        """
        if sum(each is not None for each in (wish.user, wish.queue, wish.number)) != 1:
            raise Refused("a caller is passed to one person, one queue or one number")
        if wish.user is not None:
            return await self._followed(_person(await self._directory.somebody(wish.user), by))
        if wish.queue is not None:
            return self._line(wish.queue, wish)
        number = self.outside(wish.number or "", call.node)
        if number is None:
            raise Refused("no caller may be passed to this number: see desk.transfer.outside in the site file")
        return ToOutside(await self._numbers.keep_given(number))

    def _line(self, queue: QueueId, wish: PassOn) -> ToLine:
        if wish.consult:
            raise Refused("a queue cannot be consulted")
        if queue not in self._term.desk.plan.queues:
            raise Refused("the site has no such queue")
        return ToLine(queue, Standing(wish.standing))

    def outside(self, text: str, node: NodeName | None = None) -> str | None:
        """The number outside that this text is, in E.164, if callers of this node (None: of any) may be passed to it.

        That is where the site's rule allows it, and a line of the node may call it.
        """
        number = self._reach().number(text)
        lines = self._term.nodes
        able = lines.values() if node is None else [lines[node]] if node in lines else []
        return number if number is not None and any(line.may_call(number) for line in able) else None

    async def _followed(self, to: ToPerson) -> ToPerson:
        """Whether this phone is there the desk knows before a caller is let go to it, also of who is new today."""
        await self._term.follow_phone(to.endpoint)
        return to

    def forget(self, to: Target) -> None:
        """Forget the number of this target, where no call has to do with it: the wish came too late."""
        if isinstance(to, ToOutside) and to.number not in needed(self._term.desk) and self._term.leads():
            self._term.aside(self._numbers.drop(to.number), "drop number")

    async def find(self, wanted: FindTarget) -> None:
        """Find out whose the extension is that was keyed in, and tell the desk."""
        to = await self._found(wanted)
        try:
            if to is None:
                await self._term.ask(TargetUnknown(wanted.call, wanted.asked))
                return
            await self._term.ask(TargetFound(wanted.call, wanted.asked, to))
            self.forget(to)
        except PeerUnavailable as error:  # The term ends: who leads next hears it from the phone, and tidies up.
            log.info("target not told", call=wanted.call, error=str(error))

    async def _found(self, wanted: FindTarget) -> Target | None:
        call = self._term.desk.calls.get(wanted.call)
        if call is None:
            return None
        try:
            return await self._dialled(call, wanted.extension)
        except PeerError as error:
            log.warning("extension not looked up", call=wanted.call, error=str(error))
            return None

    async def _dialled(self, call: Call, extension: str) -> Target | None:
        user = await self._directory.at(extension)
        if user is not None:
            owner = None if call.leg is None else call.leg.user
            if user.id == owner or user.endpoint is None:
                return None
            return await self._followed(ToPerson(user.id, user.endpoint))
        queue = self._reach().line_at(extension)
        if queue is not None:
            return ToLine(queue) if queue in self._term.desk.plan.queues else None
        number = self.outside(extension, call.node)
        return None if number is None else ToOutside(await self._numbers.keep_given(number))


def _person(user: User | None, by: UserId) -> ToPerson:
    """Her phone, as it is now. Raises Refused where a caller cannot be passed to her."""
    if user is None:
        raise Refused("there is no such user")
    if user.id == by:
        raise Refused("she has the caller herself")
    if not is_called(user) or user.endpoint is None:
        raise Refused(f"no caller can be passed to {user.login}: disabled, without a phone, or no agent or official")
    return ToPerson(user.id, user.endpoint)
