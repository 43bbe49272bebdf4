"""Draws what the code decides by tables: a call's life, and how callers are passed on. Run `python -m docs.draw`.

What stands between the marks of a page is made from the code, and a test fails when the two differ.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from irmacall.core import ownership, switchboard
from irmacall.core.agent import Agent
from irmacall.core.call import TRANSITIONS, Call, Consult, Leg, Room, Stage
from irmacall.core.code import Digits
from irmacall.core.consulting import STEPS, Over
from irmacall.core.ids import CallId, ChannelId, CodeHash, DeskId, Endpoint, NodeName, QueueId, SeatId, UserId
from irmacall.core.lines import QueueRules
from irmacall.core.plan import Plan
from irmacall.core.state import Desk
from irmacall.core.transfer import Asked

DOCS = Path(__file__).parent
BEGIN = "<!-- drawn by docs/draw.py from {source}: change it there -->\n"
END = "<!-- end of the drawing -->\n"


def life() -> str:
    """The table of a call's life as a Mermaid state diagram."""
    lines = [f"    [*] --> {Stage.WELCOME.value}"]
    for stage, turnings in TRANSITIONS.items():
        lines += [f"    {stage.value} --> {to.value}: {turning.value}" for turning, to in turnings.items()]
    return _mermaid(*lines, f"    {Stage.ENDED.value} --> [*]")


def consultation() -> str:
    """The table of a consultation, with what Asterisk tells of the phone that is rung."""
    lines = [f"    [*] --> {Asked.RINGING.value}: consult", f"    ringing --> {Asked.CONSULTED.value}: answered"]
    for state, steps in STEPS.items():
        lines += [f"    {state.value} --> {_name(to)}: {act.value}" for act, to in steps.items()]
        lines += [f"    {state.value} --> {_name(Over.BACK)}: not answered, or hung up"]
    return _mermaid(*lines, *(f"    {_name(over)} --> [*]" for over in Over))


def _name(state: Asked | Over) -> str:
    return state.value.replace(" ", "_")


def _mermaid(*lines: str) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def rooms_table() -> str:
    """Where everybody is in each state of a talk, and who may see the caller: asked of the code itself."""
    rows = [
        "| the talk | the caller | the owner's leg | who is asked | may see the caller |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows += [_row("talking", _call()), _row("held", _call(held=True))]
    rows += [_row(f"consulting: {state.value}", _call(consult=_asked(state))) for state in Asked]
    second = _asked(Asked.CONSULTED, "line")
    rows += [_row("consulting in a second call of her phone, which holds", _call(held=True, consult=second))]
    rows += [_row("completed; the old leg is still there", _call(owner="willem"), ChannelId("samira"))]
    rows += [_row("completed", _call(owner="willem"))]
    rows += [_row(f"let go: {stage.value}", _call(stage=stage)) for stage in (Stage.WAITING, Stage.RINGING)]
    return "\n".join([*rows, ""])


def _asked(state: Asked, line: str | None = None) -> Consult:
    return Consult(_leg("willem"), NodeName("node1"), state, line=None if line is None else ChannelId(line))


def _leg(user: str) -> Leg:
    return Leg(ChannelId(user), UserId(user), Endpoint(user), 0.0)


def _row(name: str, call: Call, *left: ChannelId) -> str:
    rooms = switchboard.rooms(call) or {call.channel: Room.MUSIC}
    call.members = frozenset((*(channel for channel, room in rooms.items() if room is Room.TALK), *left))
    call.parked = call.stage is Stage.TALKING and rooms[call.channel] is Room.MUSIC
    owner = ownership.owner(_desk(), call)
    asked = call.consult.leg.channel if call.consult is not None else None
    leg = call.leg.channel if call.stage is Stage.TALKING and call.leg is not None else None
    where = [rooms[found].value if found in rooms else "–" for found in (call.channel, leg, asked)]
    return f"| {' | '.join([name, *where, 'nobody' if owner is None else str(owner.user)])} |"


def _desk() -> Desk:
    queue = QueueId("burgerzaken")
    plan = Plan(DeskId("gemeente"), queue, _no_code, {queue: QueueRules(queue)})
    people = {UserId(name): Agent(UserId(name), Endpoint(name), SeatId(name)) for name in ("samira", "willem")}
    return Desk(plan, agents=people, confirmed={NodeName("node1")})


def _call(
    *, owner: str = "samira", held: bool = False, consult: Consult | None = None, stage: Stage = Stage.TALKING
) -> Call:
    plan, caller = _desk().plan, ChannelId("caller")
    call = Call(CallId("caller"), NodeName("node1"), caller, plan.default_queue, 0.0, plan, stage)
    call.legs, call.held, call.consult = (_leg(owner),), held, consult
    return call


def _no_code(digits: Digits) -> CodeHash:
    return CodeHash("")


DRAWINGS: dict[tuple[str, str], Callable[[], str]] = {
    ("call-life.md", "irmacall/core/call.py"): life,
    ("transfers.md", "irmacall/core/consulting.py"): consultation,
    ("transfers.md", "irmacall/core/switchboard.py and ownership.py"): rooms_table,
}
"""Page, and what is drawn there from."""


def redrawn(name: str) -> str:
    """The page of this name with its drawings as they should be."""
    page = (DOCS / name).read_text(encoding="utf-8")
    for (where, source), draw in DRAWINGS.items():
        if where == name:
            begin = BEGIN.format(source=source)
            before, found, rest = page.partition(begin)
            _, end, after = rest.partition(END)
            assert found, f"{name} has lost the mark before its drawing of {source}"
            assert end, f"{name} has lost the mark behind its drawing of {source}"
            page = before + begin + draw() + END + after
    return page


if __name__ == "__main__":
    for drawn in sorted({where for where, _ in DRAWINGS}):
        (DOCS / drawn).write_text(redrawn(drawn), encoding="utf-8")
