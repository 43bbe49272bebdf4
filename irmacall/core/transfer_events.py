"""What happened to callers who are held, asked about and passed on, in the past tense (see `events`)."""

from __future__ import annotations

from dataclasses import dataclass

from irmacall.core.ids import CallId, ChannelId, Endpoint, NodeName, SealedId, SeatId
from irmacall.core.transfer import Act, Target


@dataclass(frozen=True, slots=True)
class PhoneDialled:
    """StasisStart of a call that one of our phones makes: it dialled this extension, and hears nothing yet."""

    node: NodeName
    channel: ChannelId
    endpoint: Endpoint
    extension: str
    dialog: str = ""
    """Its SIP Call-ID."""


@dataclass(frozen=True, slots=True)
class PhoneHeld:
    """ChannelHold/ChannelUnhold: a phone holds who is at the other end, by its own key, or no longer."""

    node: NodeName
    channel: ChannelId
    on: bool


@dataclass(frozen=True, slots=True)
class PhoneReferred:
    """ChannelTransfer: a phone asks us by SIP REFER (RFC 3515, 3891) to pass on who is at the other end of `channel`.

    `extension`: to whom, where the phone talks with nobody about it. `line`: the other call of that phone, whose far
    end shall have her; None and no extension: a call that this node does not know, by its SIP Call-ID in `dialog`.
    """

    node: NodeName
    channel: ChannelId
    extension: str | None = None
    line: ChannelId | None = None
    dialog: str | None = None


@dataclass(frozen=True, slots=True)
class TargetFound:
    """The extension that was keyed in is this one's."""

    call: CallId
    asked: int
    to: Target


@dataclass(frozen=True, slots=True)
class TargetUnknown:
    """The extension that was keyed in is nobody's, or may not be called."""

    call: CallId
    asked: int


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """Who has this caller on the line passes her on; or (`consult`) wants to talk with that one first.

    `note`: what she wrote for the next one lies in the vault under this name, until `note_until` (epoch seconds).
    """

    seat: SeatId
    call: CallId
    to: Target
    consult: bool = False
    note: SealedId | None = None
    note_until: float | None = None


@dataclass(frozen=True, slots=True)
class ActAsked:
    """Who has this caller on the line holds, mutes, swaps, completes and so on."""

    seat: SeatId
    call: CallId
    act: Act
