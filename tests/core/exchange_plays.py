"""Plays of the small exchange (`exchange.EXCHANGE`): what its callers choose, hear and are promised."""

from __future__ import annotations

from collections.abc import Iterable

from irmacall.core.commands import CallOut, CreateLeg, Prompt, Say
from irmacall.core.events import (
    ChannelGone,
    LegAnswered,
    LegEntered,
    NumberKept,
    NumberRefused,
    NumberUnfit,
    PlanChanged,
)
from irmacall.core.facts import CallFacts
from irmacall.core.ids import CallId, Endpoint, NodeName, NumberId, QueueId, SoundName, UserId
from irmacall.core.plan import Plan
from tests.core.exchange import EXCHANGE, GROUPS_OF
from tests.core.leader import NEAR
from tests.core.plays import ELS, Play, phone_of

CAS = UserId("cas")
NUMBER = NumberId("number1")


OFFER = [Prompt.CALLBACK_OFFER.sound, Prompt.CALLBACK_NUMBER.sound]
OTHER = [Prompt.CALLBACK_OFFER.sound, Prompt.CALLBACK_OTHER.sound]
ANOTHER = [Prompt.CALLBACK_REFUSED.sound, Prompt.CALLBACK_OTHER.sound]
AGAIN = [Prompt.CALLBACK_REFUSED.sound, Prompt.CALLBACK_NUMBER.sound]


def unreached(promise: CallId) -> CallId:
    """The facts of somebody whom we could not call back are kept under this name."""
    return CallId(f"{promise}.unreached")


class ExchangePlay(Play):
    """One history of an exchange. Els is in the group that does everything, Bo and Cas in others."""

    def __init__(self, plan: Plan = EXCHANGE, nodes: Iterable[NodeName] = (NEAR,)) -> None:
        super().__init__(nodes, plan, GROUPS_OF)

    # -- what is looked at ---------------------------------------------------------------------------------

    @property
    def sounds(self) -> list[SoundName]:
        """All that was said in the last line."""
        return [sound for command in self.asked_for(Say) for sound in command.sounds]

    @property
    def rung(self) -> list[Endpoint]:
        """The phones for which a leg was made in the last line."""
        return [leg.endpoint for leg in self.asked_for(CreateLeg)]

    def phones(self, call: CallId) -> list[Endpoint]:
        """The phones that ring for this call."""
        return [leg.endpoint for leg in self.call(call).legs]

    def where(self, call: CallId) -> tuple[str, QueueId]:
        """The stage of this call, and its queue."""
        return self.stage(call).value, self.call(call).queue

    def facts(self, call: CallId) -> CallFacts:
        """What was told of a call that is over."""
        return self.store.facts[call]

    def queue(self, name: QueueId) -> list[CallId]:
        """Who waits there, in order."""
        return [call for _, call in self.desk.order.queues.get(name, ())]

    # -- what happens --------------------------------------------------------------------------------------

    def chooses(self, keys: str, node: NodeName = NEAR) -> CallId:
        """Somebody calls, presses these keys during the welcome, and pauses."""
        call = self.caller_arrives(node)
        self.keys(call, keys)
        self.later(EXCHANGE.times.next_digit)
        return call

    def changes(self, plan: Plan) -> None:
        """The site file is read anew."""
        self.store.plan = plan
        self.tell(PlanChanged(plan))

    def rejects(self, user: UserId, call: CallId) -> None:
        """This agent rejects what rings on her phone."""
        leg = next(leg for leg in self.call(call).legs if leg.endpoint == phone_of(user))
        self.tell(ChannelGone(self.call(call).node, leg.channel, 21))

    def says_all(self, call: CallId) -> None:
        """What is said to a caller who is sent away has been said: she is hung up on, and gone."""
        self.prompt_ends(call)
        self.gone(call)

    # -- callbacks -----------------------------------------------------------------------------------------

    def wants_callback(self, call: CallId, *keys: str) -> None:
        """She presses 1 where she waits, is asked for her number, and presses these."""
        self.keys(call, "1")
        self.later(EXCHANGE.times.choice)
        for some in keys:
            self.keys(call, some)
            self.later(EXCHANGE.times.choice)

    def noted(self, call: CallId, number: NumberId = NUMBER) -> None:
        """Her number is noted."""
        self.store.numbers.add(number)
        asked = self.leader.numbers_asked.popleft()
        self.tell(NumberKept(call, number, asked.node, asked.asked))

    def refused(self, call: CallId) -> None:
        """Her number cannot be called."""
        asked = self.leader.numbers_asked.popleft()
        self.tell(NumberRefused(call, asked.asked))

    def unfit(self, call: CallId) -> None:
        """It is found that the number that she calls with cannot be called."""
        tried = self.leader.numbers_tried.pop()
        self.tell(NumberUnfit(call, tried.asked))

    def promised(self, keys: str = "1") -> CallId:
        """Somebody waits, is promised to be called back, and has hung up."""
        call = self.chooses(keys)
        self.wants_callback(call, "1")
        self.noted(call)
        self.hangs_up(call)
        return call

    def attempt(self, promise: CallId) -> CallId:
        """The call that is being made to keep this promise."""
        call = self.desk.callbacks[promise].call
        assert call is not None, "nobody is asked for it"
        return call

    def agent_takes(self, promise: CallId) -> CallId:
        """The agent whose phone rings for this promise answers: the caller's telephone is to be rung."""
        call = self.attempt(promise)
        self.leg_enters(call)
        self.answers(call)
        return call

    def telephone_rings(self, call: CallId) -> None:
        """Asterisk made the channel to her telephone."""
        assert self.asked_for(CallOut), "nobody is called"
        self.tell(LegEntered(self.call(call).node, self.call(call).channel))

    def telephone_answered(self, call: CallId) -> None:
        """She answers."""
        self.tell(LegAnswered(self.call(call).node, self.call(call).channel))

    def kept(self, promise: CallId, user: UserId = ELS) -> CallId:
        """From the promise to the talk, without trouble."""
        self.agent_comes(user)
        call = self.agent_takes(promise)
        self.telephone_rings(call)
        self.telephone_answered(call)
        self.joins(call)
        return call

    def dials(self) -> tuple[CallId, CallId]:
        """A promise, and the call in which her telephone rings for it."""
        promise = self.promised()
        self.agent_comes(ELS)
        call = self.agent_takes(promise)
        self.telephone_rings(call)
        return promise, call
