"""A caller who was cut off comes back: to who had her on the line, or before everybody who waits in her queue.

What she disclosed lay sealed meanwhile, visible to nobody (`disclosures.keep_of`); the new code of her page binds it
to her new call. For a minute from when she was cut off, whoever had her on the line is rung where she is free: she
need not serve the queue, and her wrap-up of that very call does not stop it. The caller never waits for that. Where
that one is not free and another is, she has the other, since she would rather be answered; where nobody is, she waits
first in her queue, and whoever is free first has her, that one before anybody else.
"""

from __future__ import annotations

from typing import Final

from irmacall.core import handover
from irmacall.core.agent import Agent, Availability
from irmacall.core.call import Call, Stage
from irmacall.core.commands import NoteForAudit
from irmacall.core.disclosure import Dropped
from irmacall.core.ids import QueueId, SubjectId
from irmacall.core.state import Turn
from irmacall.core.transfer import ComesBack, Handover, ToPerson

SAME_AGENT_WITHIN: Final = 60.0
"""Seconds from when she was cut off, in which who had her on the line is asked first."""
_TAKES_HER: Final = frozenset({Availability.AVAILABLE, Availability.WRAP_UP})


def queue_of(call: Call, subject: SubjectId, dropped: Dropped | None) -> QueueId:
    """Where who gives a code waits: by its subject, or where she was when she was cut off, if that is still there."""
    stood = None if dropped is None else dropped.queue
    return stood if stood is not None and stood in call.plan.queues else call.plan.queue_of(subject)


def begin(turn: Turn, call: Call, dropped: Dropped) -> None:
    """She is back, in this call."""
    call.came_back, call.ahead, call.behind = True, True, None
    until = dropped.at + SAME_AGENT_WITHIN
    if dropped.agent is not None and turn.now < until:
        turn.desk.expect(call, ComesBack(dropped.agent, until))
    turn.do(NoteForAudit("identity_back", call.id, f"kept since call {dropped.call} ended"))
    turn.touch_call(call)


def agent_changed(turn: Turn, agent: Agent) -> None:
    """She may be free now: callers who come back to her are looked at."""
    for name in turn.desk.expected.get(agent.user, ()):
        turn.look_again(turn.desk.calls[name])


def go_on(turn: Turn, call: Call) -> None:
    """Who waits and had this agent on the line a moment ago: that agent is rung, if she is free now."""
    back, desk = call.comes_back, turn.desk
    if back is None or turn.now >= back.until or call.stage is not Stage.WAITING or call.handover is not None:
        return
    if call.node not in desk.confirmed:
        return
    agent = desk.agents.get(back.agent)
    if agent is None or agent.seat is None or agent.availability not in _TAKES_HER:
        return
    to = ToPerson(agent.user, agent.endpoint)
    if handover.obstacle(turn, call, to) is None:
        call.handover = Handover(agent.user, (to,))
        turn.touch_call(call)
