"""What may happen to a caller who is cut off: she comes back, or not; and what must hold of her meanwhile.

The rules are mixed into the histories of `test_promise` and `test_exchange`; `invariants` asks after each step what
holds.
"""

from __future__ import annotations

import dataclasses

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from irmacall.core.agent import Availability, Phone
from irmacall.core.call import Call, Stage
from irmacall.core.code import Digits
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.events import CodeRenewed
from irmacall.core.ids import CallId, ChannelId, NodeName, UserId
from irmacall.core.plan import Plan
from irmacall.core.state import Desk
from tests.core.leader import FAR, NEAR, PLAN, hash_of
from tests.core.little_asterisk import Channel, LittleAsterisk
from tests.core.passing_on import PICK, one
from tests.core.plays import code
from tests.core.world import World

KEPT = 300.0
AWAY = st.sampled_from([0.0, 5.0, 70.0, 290.0])
NODES = st.sampled_from([NEAR, NEAR, FAR])


def keeping(plan: Plan, seconds: float = KEPT) -> Plan:
    """The same plan, where who is cut off may come back."""
    return dataclasses.replace(plan, times=dataclasses.replace(PLAN.times, dropped=seconds))


class ComingBack:
    """Rules about callers whose line ends. `world` is the history's."""

    world: World

    def kept(self) -> list[Disclosure]:
        """What lies sealed for who was cut off."""
        return [each for each in self.world.leader.desk.disclosures.values() if each.dropped is not None]

    def known(self) -> list[tuple[LittleAsterisk, Channel]]:
        """Callers on the line, to whose calls an identity is bound."""
        calls = self.world.leader.desk.calls
        found = ((node, channel, calls.get(CallId(channel.id))) for node, channel in self.world.callers())
        return [(node, channel) for node, channel, call in found if call is not None and call.sealed is not None]

    @precondition(lambda self: self.known())
    @rule(pick=PICK, back=st.booleans(), seconds=AWAY, node=NODES)
    def a_known_caller_is_cut_off(self, pick: int, back: bool, seconds: float, node: NodeName) -> None:
        """Whatever she does; and calls back, after a while, perhaps by way of the other node."""
        self.cut_off(*one(self.known(), pick), seconds)
        if back and self.kept():
            self._comes_back(self.kept()[-1], node)

    def cut_off(self, node: LittleAsterisk, channel: Channel, seconds: float) -> None:
        """The line of this caller ends, and time passes."""
        node.end(channel.id)
        self.world.come_to_rest()
        self.world.pass_time(seconds)

    @precondition(lambda self: self.kept())
    @rule(pick=PICK, node=NODES)
    def who_was_cut_off_comes_back(self, pick: int, node: NodeName) -> None:
        """Her page shows a new code, and she keys it in."""
        self._comes_back(one(self.kept(), pick), node)

    def _comes_back(self, kept: Disclosure, node: NodeName) -> None:
        world, number = self.world, next(self.world.ids)
        world.codes.append(number)
        world.tell(CodeRenewed(kept.page, hash_of(Digits(code(number)))))
        call = ChannelId(f"{node}-{next(world.ids)}")
        world.come_to_rest()
        world.nodes[node].call_in(call)
        world.nodes[node].press(call, code(number))
        world.come_to_rest()


# -- what holds --------------------------------------------------------------------------------------------------


def what_was_cut_off_is_kept_for_her_alone(world: World) -> None:
    """It is bound to no call, granted to nobody, and gone in time; no code of hers outlives it."""
    desk = world.leader.desk
    held = {grant.sealed for grant in world.leader.grants.held()} | {
        look.sealed for look in world.leader.looks.held()
    }
    bound = [call.sealed for call in desk.calls.values() if call.sealed is not None]
    assert len(set(bound)) == len(bound), "one identity, two calls"
    for kept in desk.disclosures.values():
        if kept.dropped is None:
            continue
        assert (kept.seal, kept.call) == (Seal.OPEN, None), "kept for who may come back, and bound"
        assert kept.sealed not in held, "kept for who may come back, and seen"
        assert kept.sealed not in bound, "kept for who may come back, and a call has it"
        assert world.told_at < kept.dropped.until <= kept.expires_at, "kept too long"
        assert kept.dropped.until <= world.told_at + KEPT, "kept longer than the site says"
        assert kept.code is None or kept.code_expires_at <= kept.dropped.until


def who_comes_back_is_her_own_agents_first(world: World) -> None:
    """Once that one is free within the minute, she is rung, before any other; once answered, nobody is expected."""
    desk = world.leader.desk
    expected: dict[UserId, dict[CallId, None]] = {}
    for call in desk.calls.values():
        if call.comes_back is None:
            continue
        expected.setdefault(call.comes_back.agent, {})[call.id] = None
        assert call.stage is not Stage.TALKING, "she has been answered"
        waits = call.stage is Stage.WAITING and call.handover is None
        rung = any(leg.channel not in world.before.legs for leg in call.legs)
        hers = any(leg.user == call.comes_back.agent for leg in call.legs)
        if (waits or (rung and not hers)) and world.told_at < call.comes_back.until:
            assert not _free_for(desk, call, call.comes_back.agent), "her own agent is free, and is not rung"
    assert desk.expected == expected


def _free_for(desk: Desk, call: Call, user: UserId) -> bool:
    agent = desk.agents.get(user)
    if agent is None or agent.seat is None or call.node not in desk.confirmed:
        return False
    phone = desk.phones.get(agent.endpoint, Phone(agent.endpoint))
    takes_her = agent.availability in (Availability.AVAILABLE, Availability.WRAP_UP)
    return takes_her and not phone.channels and call.node in phone.online
