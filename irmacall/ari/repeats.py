"""What Asterisk tells more than once, told once: a leg's events come by way of its application and of its endpoint.

A hang-up is a request and an end of Stasis, each of them twice; a phone that is online is told to be so with each
call on it; what a phone does in a call (it holds, it refers) is told twice at one instant. The desk takes repeats in
good part, but each costs it a turn. Pure.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from irmacall.ari.wire import Referral
from irmacall.core.events import (
    CallerArrived,
    ChannelGone,
    HangUpBegan,
    LegAnswered,
    LegEntered,
    NodeEvent,
    PhoneCalled,
    PhoneRegistered,
)
from irmacall.core.ids import ChannelId, Endpoint
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld

REMEMBERED: Final = 5000
"""Channels' events: a channel that left us may end untold. What is forgotten is merely told again."""

_ONCE: Final = (HangUpBegan, LegAnswered, ChannelGone)
"""Of one channel, until it begins anew."""


class Repeats:
    """What was told on one connection to a node."""

    def __init__(self) -> None:
        self._told: dict[Hashable, None] = {}
        self._online: dict[Endpoint, bool] = {}
        self._held: dict[ChannelId, bool] = {}
        self._referred: dict[ChannelId, float] = {}

    def is_new(self, event: NodeEvent) -> bool:
        """Whether the desk has still to be told this; it counts as told from now on."""
        match event:
            case HangUpBegan() | LegAnswered() | ChannelGone():
                if not isinstance(event, LegAnswered):
                    self._forget(event.channel)
                return self._is_first(type(event), event.channel)
            case PhoneHeld():
                before, self._held[event.channel] = self._held.get(event.channel), event.on
                return before is not event.on
            case PhoneRegistered():
                known, self._online[event.endpoint] = self._online.get(event.endpoint), event.online
                return known is not event.online
            case CallerArrived() | LegEntered() | PhoneCalled() | PhoneDialled():
                self._begin(event.channel)
        return True

    def is_first(self, referral: Referral) -> bool:
        """Whether the desk has still to be told of this asking; it counts as told from now on.

        Of a phone that hangs up, what it asked is told once more as it goes: nobody asks then.
        """
        channel = referral.referred.channel
        if (HangUpBegan, channel) in self._told:
            return False
        before, self._referred[channel] = self._referred.get(channel), referral.at
        return before != referral.at

    def _forget(self, channel: ChannelId) -> None:
        self._held.pop(channel, None)
        self._referred.pop(channel, None)

    def _is_first(self, kind: type[NodeEvent], channel: ChannelId) -> bool:
        if (kind, channel) in self._told:
            return False
        self._told[kind, channel] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return True

    def _begin(self, channel: ChannelId) -> None:
        """An id may be used again: a leg is made anew, a caller comes back from the dialplan."""
        for kind in _ONCE:
            self._told.pop((kind, channel), None)
