"""The emergency switch: one act sends every caller whom nobody has answered to a message or a queue, for a while.

For management and operators. It always has an end, so that nobody can forget it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

import structlog

from irmacall.core.events import EmergencyEnded, EmergencyThrown
from irmacall.core.ids import QueueId, SoundName, UserId
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.core.state import Emergency
from irmacall.errors import Refused
from irmacall.service.audit import AuditWriter
from irmacall.service.caveats import silent
from irmacall.service.in_force import InForce
from irmacall.service.leadership import Leadership
from irmacall.settings import DeskSettings
from irmacall.settings.sounds import MESSAGES, shipped

log = structlog.get_logger("irmacall.emergency")

MOST_MINUTES: Final = 1440
LONGEST_REASON: Final = 200


class Emergencies:
    """Throws and ends it, in the term that runs now. Each method raises PeerUnavailable on a standby."""

    def __init__(
        self,
        leadership: Leadership,
        in_force: InForce,
        audit: AuditWriter,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._leadership = leadership
        self._in_force = in_force
        self._audit = audit
        self._clock = clock
        self._turn = asyncio.Lock()
        """One act at a time: each is told what the one before it did."""

    def stands(self) -> Emergency | None:
        """The emergency that holds now."""
        return self._leadership.term().desk.emergency

    async def throw(
        self, to: ToQueue | ToMessage, minutes: int, *, by: str, reason: str = "", user: UserId | None = None
    ) -> Emergency:
        """Everybody goes there, for so many minutes; one that holds already is replaced.

        `by`: who does this, and `reason`: why, for the audit log. `user`: the same, of who did it at a screen. Raises
        Refused for what cannot be.
        """
        self._judge(to, minutes, reason)
        async with self._turn:
            if isinstance(to, ToMessage):
                await self._must_be_heard(to)
            thrown = Emergency(to, self._clock() + 60 * minutes)
            await self._leadership.term().ask(EmergencyThrown(to, thrown.until))
        words = f"by {by}: {place(to)} for {minutes} minutes" + (f": {reason}" if reason else "")
        self._audit.note("emergency_thrown", why=words, user=user)
        log.warning("emergency", action="emergency.thrown", by=by, to=place(to), minutes=minutes)
        return thrown

    async def end(self, *, by: str, user: UserId | None = None) -> bool:
        """It is over; whether there was one."""
        async with self._turn:
            held = self.stands() is not None
            await self._leadership.term().ask(EmergencyEnded())
        if held:
            self._audit.note("emergency_ended", why=f"by {by}", user=user)
            log.warning("emergency is over", action="emergency.ended", by=by)
        return held

    def _judge(self, to: ToQueue | ToMessage, minutes: int, reason: str) -> None:
        if not 1 <= minutes <= MOST_MINUTES:
            raise Refused(f"minutes = {minutes}: should be 1 to {MOST_MINUTES}: an emergency always has an end")
        if len(reason) > LONGEST_REASON or not reason.isprintable():
            raise Refused(f"reason: should be one line of at most {LONGEST_REASON} characters")
        desk = self._in_force.now.desk
        if isinstance(to, ToQueue):
            _must_be_known("queue", to.queue, {queue.id for queue in desk.queues})
        else:
            _must_be_known("message", to.sound, messages(desk))

    async def _must_be_heard(self, to: ToMessage) -> None:
        """A node without its sound hangs up in silence; of one that does not answer in time nothing is known."""
        now = self._in_force.now
        lacking = await silent(now.settings)
        if to.sound in lacking:
            heard = ", ".join(sorted(messages(now.desk) - lacking.keys())) or "none: use a queue"
            raise Refused(
                f"message = {to.sound!r}: {lacking[to.sound]} has no sound of it, so callers would hear nothing: "
                f"make or record it (`irmacall prompts make`, docs/prompts.md). Can be heard now: {heard}"
            )


def messages(desk: DeskSettings) -> frozenset[str]:
    """The sounds with which a call can end: neither a menu's question nor a part of a sentence."""
    own = {sound.id for sound in desk.sounds} - shipped()
    return MESSAGES | (own - {menu.sound for menu in desk.menus})


def destination(queue: str | None, message: str | None) -> ToQueue | ToMessage:
    """Where to, of the two. Raises Refused where there is not one of them and no other."""
    if queue is not None and message is not None:
        raise Refused("should have message or queue, not both")
    if queue is not None:
        return ToQueue(QueueId(queue))
    if message is not None:
        return ToMessage(SoundName(message))
    raise Refused("should have one of message (a sound's name) and queue (a queue's id)")


def place(to: object) -> str:
    """A destination in words."""
    match to:
        case ToQueue():
            return f"to queue {to.queue}"
        case ToMessage():
            return f"to message {to.sound}"
    return str(to)


def _must_be_known(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise Refused(f"{what} = {name!r}: should be one of {', '.join(sorted(known))}")
