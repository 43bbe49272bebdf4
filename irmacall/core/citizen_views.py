"""What a citizen's page shows of her disclosure and her call, as a function of the desk: never an identity."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core import seers
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Stage
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.ids import PageId, SealedId, SubjectId
from irmacall.core.routes import ToCallback
from irmacall.core.sight import Doubt, Sight
from irmacall.core.state import Desk


class CitizenStage(enum.Enum):
    """Where a citizen's disclosure is, as her page says it."""

    UNKNOWN = "unknown"
    SEALED = "sealed"
    IN_CALL = "in_call"
    WAITING = "waiting"
    TALKING = "talking"
    DROPPED = "dropped"
    """Her line ended, and she may come back to what she disclosed: it is kept for her, and visible to nobody."""
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class PageView:
    """What one citizen's page may know. `code_live`: there is a code that still opens it."""

    stage: CitizenStage
    subject: SubjectId | None = None
    code_live: bool = False
    code_expires_at: float | None = None
    expires_at: float | None = None
    position: int | None = None
    on_the_line: bool = False
    """Her call goes on; of an erased one too."""
    seen: bool = False
    """Somebody may see now what she disclosed: whoever has her on the line, at a screen."""
    callback: bool = False
    """She can ask to be called back, or has done so. That call will be anonymous."""
    replaced: bool = False
    """Of an erased one: she has identified herself anew in its call."""
    expected_wait: float | None = None
    """Seconds, as she is told on the telephone; None: nobody knows."""
    sealed: SealedId | None = None
    more: str | None = None
    """The field of what she shared beside what her subject asks."""
    seers: tuple[Sight, ...] = ()
    """Who may see it now, whether they have looked or not: her owner first."""
    sights: tuple[Sight, ...] = ()
    """Who was shown it, in order; also of what is erased."""
    doubt: Doubt | None = None
    """Of an erased one: who said that it is not right."""


def page_view(desk: Desk, page: PageId, now: float) -> PageView:
    """What the page that made a disclosure shows."""
    disclosure = desk.disclosure_of(page)
    if disclosure is None:
        return PageView(CitizenStage.UNKNOWN)
    call = None if disclosure.call is None else desk.calls.get(disclosure.call)
    if disclosure.seal is Seal.ERASED:
        return PageView(
            CitizenStage.ERASED,
            disclosure.subject,
            on_the_line=call is not None,
            callback=disclosure.call in desk.callbacks,
            replaced=disclosure.replaced,
            sealed=disclosure.sealed,
            more=disclosure.more,
            sights=disclosure.sights,
            doubt=disclosure.doubt,
        )
    return PageView(
        stage=_unbound(disclosure) if call is None else _citizen_stage(call),
        subject=disclosure.subject,
        code_live=disclosure.code is not None and disclosure.opens_at(now),
        code_expires_at=disclosure.code_expires_at if disclosure.code is not None else None,
        expires_at=disclosure.kept_until,
        position=None if call is None else desk.order.position(call.id),
        on_the_line=call is not None,
        seen=call is not None and call.granted is not None and call.granted.sealed is not None,
        callback=call is not None and _can_be_called_back(call),
        expected_wait=None if call is None else seers.expected_wait(desk, call, now),
        seers=() if call is None else seers.seers(desk, call),
        sealed=disclosure.sealed,
        more=disclosure.more,
        sights=disclosure.sights,
    )


def _unbound(disclosure: Disclosure) -> CitizenStage:
    return CitizenStage.SEALED if disclosure.dropped is None else CitizenStage.DROPPED


def _can_be_called_back(call: Call) -> bool:
    """Whether her queue offers that to who waits in it."""
    rules = call.plan.rules(call.queue)
    offered = rules.callback or ToCallback() in (rules.full, rules.impatient)
    return offered and _citizen_stage(call) is CitizenStage.WAITING


def _citizen_stage(call: Call) -> CitizenStage:
    if call.stage in BEFORE_THE_QUEUE:
        return CitizenStage.IN_CALL
    return CitizenStage.TALKING if call.stage is Stage.TALKING else CitizenStage.WAITING
