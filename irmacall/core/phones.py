"""What Asterisk says of the agents' phones: whether they can be reached, and whether they are busy."""

from __future__ import annotations

from irmacall.core import consulting, queue
from irmacall.core.agent import NotTaken
from irmacall.core.call import Stage
from irmacall.core.events import PhoneCalled, PhoneRegistered
from irmacall.core.state import Turn
from irmacall.core.transfer import Asked, Failure


def called(turn: Turn, event: PhoneCalled) -> None:
    """A channel on an agent's phone, ours or not, makes it busy until the channel is gone."""
    turn.desk.add_phone_channel(event.endpoint, event.channel, event.node)
    turn.touch_phone(event.endpoint)


def registered(turn: Turn, event: PhoneRegistered) -> None:
    """The phone can, or no longer can, be rung on this node; a ringing one that is lost is waited for no longer."""
    phone = turn.desk.phone(event.endpoint)
    if event.online:
        phone.online.add(event.node)
    else:
        phone.online.discard(event.node)
        _give_up_ringing(turn, event)
    turn.touch_phone(event.endpoint)


def _give_up_ringing(turn: Turn, event: PhoneRegistered) -> None:
    for channel in list(turn.desk.phone(event.endpoint).channels):
        call = turn.desk.call_with(channel)
        if call is None or call.node_of(channel) != event.node:
            continue
        if call.leg_on(channel) is not None and call.stage is Stage.RINGING:
            queue.not_taken(turn, call, channel, NotTaken.PHONE_GONE)
        elif call.consult is not None and call.consult.leg.channel == channel and call.consult.state is Asked.RINGING:
            consulting.drop(turn, call, Failure.UNREACHABLE)
