"""What must be done, in the imperative: all that a desk can ask for. Each may be repeated without harm."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.code import Digits
from irmacall.core.facts import CallFacts
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    Endpoint,
    GrantNumber,
    LanguageId,
    NodeName,
    NumberId,
    PageId,
    PlaybackId,
    QueueId,
    SealedId,
    SeatId,
    SoundName,
    UserId,
)
from irmacall.core.transfer_commands import FindTarget, JoinLine, Mute, Regroup, Ringback, TellPhone


class Prompt(enum.Enum):
    """What the desk says by itself, by the name of its sound file; a site's own sounds have names of their own."""

    WELCOME = "welcome"
    """Welcome, and: key in your code, or hold the line."""
    CODE_AGAIN = "code-again"
    """We do not know this code; once more. One and the same for every way in which a code can be wrong."""
    WITHOUT_CODE = "without-code"
    """We help you without a code; please hold."""
    PLEASE_HOLD = "please-hold"
    """Thank you; please hold."""
    CODE_ACCEPTED = "code-accepted"
    """Said to who waits already: thank you, we have your code."""
    CODE_UNKNOWN = "code-unknown"
    """Said to who waits already: we do not know this code. You keep your place."""
    MENU_WRONG = "menu-wrong"
    """There is no such choice."""
    CALLBACK_HINT = "callback-hint"
    """Said to who waits: would you rather be called back? Press 1."""
    CALLBACK_OFFER = "callback-offer"
    """We can call you back, and you keep your place; we will not know any more who you are."""
    CALLBACK_NUMBER = "callback-number"
    """On the number that you call with: 1. On another: key it in, and then #. To wait on: *."""
    CALLBACK_OTHER = "callback-other"
    """Where the number that she calls with cannot be called: key in a number, and then #. To wait on: *."""
    CALLBACK_NOTED = "callback-noted"
    """We call you back; you can hang up."""
    CALLBACK_REFUSED = "callback-refused"
    """We cannot call this number."""
    CALLBACK_AGENT = "callback-agent"
    """Said to an agent: somebody is being called back, hold on."""
    BUSY = "busy"
    """It is too busy now; please call again later."""

    @property
    def sound(self) -> SoundName:
        """The name of its sound file."""
        return SoundName(self.value)


# -- for an Asterisk node ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrepareNode:
    """Make the waiting bridge, where it is not there yet; `music`: somebody waits in it and must hear something."""

    node: NodeName
    bridge: BridgeId
    music: bool = False
    call: None = None
    music_class: str = "default"


@dataclass(frozen=True, slots=True)
class Say:
    """Play prompts to one channel, one after the other, in one language."""

    node: NodeName
    call: CallId
    channel: ChannelId
    playback: PlaybackId
    sounds: tuple[SoundName, ...]
    language: LanguageId


@dataclass(frozen=True, slots=True)
class StopSaying:
    """Cut a prompt short (barge-in)."""

    node: NodeName
    call: CallId
    playback: PlaybackId


@dataclass(frozen=True, slots=True)
class HoldInQueue:
    """Move a caller into a waiting bridge, which plays this class of music."""

    node: NodeName
    call: CallId
    channel: ChannelId
    bridge: BridgeId
    music_class: str = "default"


@dataclass(frozen=True, slots=True)
class CreateLeg:
    """Make the talk bridge and a channel to a phone, not ringing yet: LegEntered says when it can be dialled."""

    node: NodeName
    call: CallId
    channel: ChannelId
    bridge: BridgeId
    endpoint: Endpoint
    keys: bool = False
    """What is keyed in on the phone must be heard of (star codes): the bridge is one that tells of it."""


@dataclass(frozen=True, slots=True)
class DialLeg:
    """Ring the phone for at most `seconds` (the desk's own timer is shorter)."""

    node: NodeName
    call: CallId
    channel: ChannelId
    seconds: int


@dataclass(frozen=True, slots=True)
class CallOut:
    """Make a channel to somebody's own telephone, not ringing yet: LegEntered says when DialLeg can ring it.

    The number itself is none of the core's business. CommandFailed: it may not be called, or is kept no longer.
    """

    node: NodeName
    call: CallId
    channel: ChannelId
    number: NumberId


@dataclass(frozen=True, slots=True)
class Connect:
    """Move the caller and the leg into the talk bridge."""

    node: NodeName
    call: CallId
    bridge: BridgeId
    caller: ChannelId
    leg: ChannelId


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a channel. That it is gone already is a success."""

    node: NodeName
    call: CallId | None
    channel: ChannelId
    again: int = 0
    """How often that was asked for in vain before."""


@dataclass(frozen=True, slots=True)
class RemoveBridge:
    """Delete a talk bridge. That it is gone already is a success."""

    node: NodeName
    call: CallId | None
    bridge: BridgeId
    again: int = 0
    """As of `HangUp`."""


@dataclass(frozen=True, slots=True)
class LeaveToDialplan:
    """Give a caller whom we cannot serve back to the dialplan, which serves her anonymously."""

    node: NodeName
    call: CallId
    channel: ChannelId


# -- for screens and the vault -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Withdraw:
    """From this instant the seat may not see the caller. Acts before anything is saved."""

    seat: SeatId
    user: UserId
    call: CallId
    grant: GrantNumber
    why: str


@dataclass(frozen=True, slots=True)
class Burn:
    """Erase a sealed identity. Acts at once, and again until it is done."""

    sealed: SealedId


@dataclass(frozen=True, slots=True)
class Grant:
    """The seat may see the caller, once this decision is saved."""

    seat: SeatId
    user: UserId
    call: CallId
    sealed: SealedId | None
    """Her identity; None: there is none, and only a note is to be seen."""
    grant: GrantNumber
    note: SealedId | None = None
    """What the one who passed her on wrote."""


@dataclass(frozen=True, slots=True)
class ShowByGlass:
    """Somebody of management may see the caller beside her owner, until then (epoch seconds). See `glass`."""

    grant: Grant
    until: float


@dataclass(frozen=True, slots=True)
class HideFromGlass:
    """From this instant she may not. Acts before anything is saved."""

    withdrawal: Withdraw


@dataclass(frozen=True, slots=True)
class RefreshSeat:
    """What the seat's panel shows has changed."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class RefreshQueues:
    """Who waits in these queues, or is there for them, has changed: the panels of who serves them show it."""

    queues: frozenset[QueueId] | None = None
    """None: all that there are."""


@dataclass(frozen=True, slots=True)
class RefreshPage:
    """What the citizen's page shows has changed."""

    page: PageId


@dataclass(frozen=True, slots=True)
class NoteForAudit:
    """Something that the security officer wants to read, without content."""

    kind: str
    call: CallId
    detail: str
    user: UserId | None = None
    """Who did it, where it was somebody at a seat."""
    seat: SeatId | None = None


# -- for callbacks -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeepNumber:
    """Note where this caller can be called back: `typed`, or (None) the number that she calls with.

    NumberKept or NumberRefused answers it, whatever happens to her call meanwhile.
    """

    node: NodeName
    call: CallId
    channel: ChannelId
    typed: Digits | None
    asked: int = 0
    """Which asking this is; the answer says it again."""


@dataclass(frozen=True, slots=True)
class TryNumber:
    """Find out whether the number that this caller calls with can be called; NumberUnfit answers where it cannot."""

    node: NodeName
    call: CallId
    channel: ChannelId
    asked: int = 0
    """Which asking this is; the answer says it again."""


@dataclass(frozen=True, slots=True)
class DropNumber:
    """Forget this number: its callback is done, or given up."""

    number: NumberId


# -- for the records -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeepFacts:
    """Keep what is to be remembered of a call that is over; FactsKept says that it is done. Repeated until then."""

    facts: CallFacts


NodeCommand = (
    PrepareNode
    | Say
    | StopSaying
    | HoldInQueue
    | CreateLeg
    | CallOut
    | DialLeg
    | Connect
    | HangUp
    | RemoveBridge
    | LeaveToDialplan
    | Regroup
    | JoinLine
    | Ringback
    | Mute
    | TellPhone
)
UrgentCommand = Withdraw | Burn | HideFromGlass
"""What acts before the save: it only takes away."""
ScreenCommand = Grant | ShowByGlass | RefreshSeat | RefreshQueues | RefreshPage | NoteForAudit
NumberCommand = KeepNumber | TryNumber | DropNumber
Command = NodeCommand | UrgentCommand | ScreenCommand | NumberCommand | FindTarget | KeepFacts
