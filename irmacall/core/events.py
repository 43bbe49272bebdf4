"""What happened, in the past tense: all that a desk can be told. Late, repeated and out of order is ordinary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from irmacall.core.code import Digits
from irmacall.core.commands import NodeCommand
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    CodeHash,
    Endpoint,
    GroupId,
    NodeName,
    NumberId,
    PageId,
    PlaybackId,
    SealedId,
    SeatId,
    SubjectId,
    UserId,
)
from irmacall.core.pairing_events import PairingEvent
from irmacall.core.plan import Plan
from irmacall.core.routes import Destination
from irmacall.core.sight_events import SightEvent
from irmacall.core.transfer_events import (
    ActAsked,
    PhoneDialled,
    PhoneHeld,
    PhoneReferred,
    TargetFound,
    TargetUnknown,
    TransferAsked,
)

# -- from an Asterisk node ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallerArrived:
    """StasisStart of a caller: the dialplan has answered and hands her to us."""

    node: NodeName
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class LegEntered:
    """StasisStart of a leg of ours: from now on it can be dialled."""

    node: NodeName
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The phone that was rung is off the hook (the channel's state is Up)."""

    node: NodeName
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """ChannelDtmfReceived: one key, at its end."""

    node: NodeName
    channel: ChannelId
    keys: Digits


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """PlaybackFinished: said to the end, cut short, or failed."""

    node: NodeName
    playback: PlaybackId


@dataclass(frozen=True, slots=True)
class BridgeEntered:
    """ChannelEnteredBridge; `members` are all that the bridge holds now."""

    node: NodeName
    bridge: BridgeId
    channel: ChannelId
    members: frozenset[ChannelId]


@dataclass(frozen=True, slots=True)
class BridgeLeft:
    """ChannelLeftBridge; `members` are all that the bridge still holds."""

    node: NodeName
    bridge: BridgeId
    channel: ChannelId
    members: frozenset[ChannelId]


@dataclass(frozen=True, slots=True)
class HangUpBegan:
    """ChannelHangupRequest or StasisEnd: the channel is ours no longer, and soon nobody's."""

    node: NodeName
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """ChannelDestroyed, with the Q.850 cause (16 normal, 17 busy, 19 no answer, 21 rejected, 20 absent)."""

    node: NodeName
    channel: ChannelId
    cause: int


@dataclass(frozen=True, slots=True)
class PhoneCalled:
    """ChannelCreated on an agent's phone: a leg of ours, or a call of hers that we do not know."""

    node: NodeName
    endpoint: Endpoint
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """EndpointStateChange/PeerStatusChange: the phone can (or no longer can) be reached on this node."""

    node: NodeName
    endpoint: Endpoint
    online: bool


@dataclass(frozen=True, slots=True)
class NodeLost:
    """The node's event socket closed or fell silent: what it said last is proof of nothing any more."""

    node: NodeName


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel as a snapshot shows it. `caller`: it is in our Stasis application with a caller's arguments."""

    endpoint: Endpoint | None
    up: bool
    caller: bool
    ringing: bool = False
    line: bool = False
    """It is in our Stasis application with the arguments of a call that a phone of ours made."""


@dataclass(frozen=True, slots=True)
class SeenPhone:
    """A phone as a snapshot shows it."""

    online: bool
    channels: frozenset[ChannelId] = frozenset()


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """All that one node holds, read after its event socket stood; what follows on the socket is newer.

    `bridges` are those of ours alone (of talks, of consultations, and where callers wait), each with its members.
    """

    node: NodeName
    channels: Mapping[ChannelId, SeenChannel] = field(default_factory=dict)
    bridges: Mapping[BridgeId, frozenset[ChannelId]] = field(default_factory=dict)
    phones: Mapping[Endpoint, SeenPhone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """A node would not or could not do what we asked. Tear-down that found nothing left is no failure."""

    node: NodeName
    call: CallId | None
    command: NodeCommand


# -- about callbacks -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberKept:
    """The number on which this caller wants to be called back is noted, under this name; this node can call it."""

    call: CallId
    number: NumberId
    node: NodeName
    asked: int = 0


@dataclass(frozen=True, slots=True)
class NumberRefused:
    """This caller's number is unknown, is none, or may not be called."""

    call: CallId
    asked: int = 0


@dataclass(frozen=True, slots=True)
class NumberUnfit:
    """The number that this caller calls with is withheld, is none, or may not be called."""

    call: CallId
    asked: int = 0


# -- from the citizen's page -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisclosureSealed:
    """A verified disclosure lies in the vault. Times are epoch seconds; the hour counts from the session's start."""

    sealed: SealedId
    page: PageId
    code: CodeHash
    subject: SubjectId
    started_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class CodeRenewed:
    """The page that made the disclosure asked for a new code, which voids the old one."""

    page: PageId
    code: CodeHash


@dataclass(frozen=True, slots=True)
class ErasureAsked:
    """The citizen says: wipe my data now."""

    page: PageId


@dataclass(frozen=True, slots=True)
class IdentityLost:
    """The vault has this identity no longer (its redis was restarted): the call goes on without it."""

    sealed: SealedId


# -- from the agent's screen -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeatClaimed:
    """An agent goes available in this browser session, with this phone. A seat elsewhere ends with it.

    `groups`: those that she belongs to now; they say which queues she serves, and what she knows.
    """

    user: UserId
    seat: SeatId
    endpoint: Endpoint
    groups: frozenset[GroupId] = frozenset()
    serves: bool = True
    """False: an official, who serves no queue whatever her groups, and is called by name."""


@dataclass(frozen=True, slots=True)
class SeatPaused:
    """The agent takes no new call for now; `reason` is one of the desk's words.

    `by`: who paused her, where it was not she herself.
    """

    seat: SeatId
    reason: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class SeatReleased:
    """The seat's session ended (log-out, expiry, disabled user): it owns nothing any more."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class SeatUnwatched:
    """The screen of this seat has been gone for a while, though its session stands."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class WrapUpExtended:
    """The agent needs so many seconds more after her last call. (SeatClaimed ends her wrap-up early.)"""

    seat: SeatId
    seconds: float


@dataclass(frozen=True, slots=True)
class HangUpAsked:
    """The agent ends this call: the one that her screen showed when she pressed, not one that rings since."""

    seat: SeatId
    call: CallId


# -- from management and operators ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The site file was read anew. New calls get this plan; calls under way keep theirs."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class EmergencyThrown:
    """Who was not answered yet goes there from now on, until `until` (epoch seconds) or EmergencyEnded."""

    to: Destination
    until: float


@dataclass(frozen=True, slots=True)
class EmergencyEnded:
    """The emergency is over before its time."""


# -- from the daemon itself ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactsKept:
    """The records' store has the facts of these calls: the desk need remember them no longer."""

    calls: tuple[CallId, ...]


@dataclass(frozen=True, slots=True)
class NodeStrained:
    """This node is (or no longer is) so busy that new callers would harm those whom it has."""

    node: NodeName
    strained: bool


@dataclass(frozen=True, slots=True)
class LeadershipBegan:
    """This daemon leads the desk from now on, with the records that it loaded; `nodes` are those of the site."""

    nodes: frozenset[NodeName]


# -- time --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A moment that the desk asked to be woken at has come (or any other: it is harmless)."""


NodeEvent = (
    CallerArrived
    | LegEntered
    | LegAnswered
    | KeysPressed
    | PlaybackEnded
    | BridgeEntered
    | BridgeLeft
    | HangUpBegan
    | ChannelGone
    | PhoneCalled
    | PhoneDialled
    | PhoneHeld
    | PhoneReferred
    | PhoneRegistered
    | NodeLost
    | NodeSnapshot
    | CommandFailed
)
PageEvent = DisclosureSealed | CodeRenewed | ErasureAsked | IdentityLost | PairingEvent | SightEvent
SeatEvent = (
    SeatClaimed | SeatPaused | SeatReleased | SeatUnwatched | WrapUpExtended | HangUpAsked | TransferAsked | ActAsked
)
ManagementEvent = PlanChanged | EmergencyThrown | EmergencyEnded
CallbackEvent = NumberKept | NumberRefused | NumberUnfit
TransferEvent = TargetFound | TargetUnknown
DaemonEvent = LeadershipBegan | FactsKept | NodeStrained
Event = NodeEvent | CallbackEvent | TransferEvent | PageEvent | SeatEvent | ManagementEvent | DaemonEvent | TimePassed
