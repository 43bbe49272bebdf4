"""What the administrator's pages need of the rest. Times are in seconds since the epoch. No port knows a caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from irmacall.core.ids import CallId, Endpoint, GroupId, UserId
from irmacall.web.accounts import SessionKey

# -- users -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserView:
    """Somebody who may log in, or might once. `revision`: what it was when it was read (see `UsersBook.edit`)."""

    id: UserId
    login: str
    name: str
    role: str
    revision: str
    function: str = ""
    department: str = ""
    extension: str = ""
    phone: str = ""
    groups: tuple[GroupId, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed of a user, as it was typed; `login` is for a new one only. Passwords are never in it."""

    login: str = ""
    name: str = ""
    role: str = "agent"
    function: str = ""
    department: str = ""
    extension: str = ""
    phone: str = ""
    groups: tuple[GroupId, ...] = ()


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A phone that has a password, and the logins for whom it rings."""

    endpoint: Endpoint
    logins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for a user: groups of the site by their titles, and phones."""

    groups: Mapping[GroupId, str]
    phones: Sequence[PhoneView]


ProblemKind = Literal[
    "login_form", "login_taken", "name_form", "function_form", "department_form", "extension_form",
    "extension_public", "extension_taken", "extension_of_queue", "phone_needed", "phone_unknown", "phone_form",
    "phone_in_use", "groups_of_an_official", "group_unknown", "role_unknown", "password_too_short",
    "password_too_long", "password_easy_to_guess", "passwords_differ", "nobody", "last_admin", "oneself", "changed",
]  # fmt: skip
Field = Literal["login", "name", "role", "function", "department", "extension", "phone", "groups", "password", ""]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field; `field` empty: with all of it. `whose`: who, or which queue, has it already."""

    field: Field
    kind: ProblemKind
    whose: str = ""


class NotAccepted(Exception):
    """Nothing was changed, and this is why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


class UsersBook(Protocol):
    """Who may log in, and their phones. `by` is the administrator who asks, for the audit log.

    What changes something raises NotAccepted where it may not be, and PeerError where the file fails us.
    """

    async def people(self) -> Sequence[UserView]:
        """Everybody, the disabled too, by login."""

    async def user(self, user: UserId) -> UserView | None:
        """Somebody as she is now; None: nobody."""

    async def choices(self) -> Choices:
        """What can be chosen for a user."""

    async def add(self, by: UserId, wanted: Wanted, password: str) -> UserView:
        """Let somebody in."""

    async def edit(self, by: UserId, user: UserId, revision: str, wanted: Wanted) -> UserView:
        """Make of this user what is wanted, if she is still as she was when she was read. Her login stays.

        Another role or phone ends her sessions and her seat; a call that she has on the line goes on, unseen.
        """

    async def set_disabled(self, by: UserId, user: UserId, *, disabled: bool) -> UserView:
        """Let her in no more, which ends her sessions and her seat at once; or let her in again."""

    async def set_password(self, by: UserId, user: UserId, password: str) -> UserView:
        """Give another password, which ends her sessions and her seat."""

    async def set_phone_password(self, by: UserId, endpoint: str) -> str:
        """A new password for this phone, known or new: told now and never again."""

    async def remove_phone(self, by: UserId, endpoint: Endpoint) -> None:
        """Forget this phone, where it is nobody's."""


# -- sessions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionView:
    """A login that is not over. `handle` names it without opening it."""

    handle: str
    user: UserId
    login: str
    name: str
    role: str
    since: float
    last_act: float
    own: bool
    """It is the session of who asks."""
    at_work: bool | None
    """Whether it holds a seat; None: this daemon does not lead, and cannot tell."""


class SessionsBook(Protocol):
    """Who is logged in on this machine."""

    async def sessions(self, key: SessionKey) -> Sequence[SessionView]:
        """All that are not over, the newest first; `key` is that of who asks."""

    async def end(self, by: UserId, user: UserId, handle: str) -> int:
        """End this session of this user, and its seat at once: how many ended, 0 where it was over already."""

    async def end_all(self, by: UserId, user: UserId) -> int:
        """End every session of this user: how many there were."""


# -- the site in force -------------------------------------------------------------------------------------

Value = bool | int | float | str | tuple[str, ...] | None
"""A value of the site file; None: nothing is said, and the default holds that docs/site.md tells."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a table, by its name in the site file: `announce.every`."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of the site file. `source` is its name there, `[[desk.queue]]`; it may have no `id` or `title`."""

    kind: str
    source: str
    id: str
    title: str
    settings: Sequence[Setting]


@dataclass(frozen=True, slots=True)
class HoursView:
    """Whether the desk, or one of its queues, is open, why, and when that changes next."""

    kind: Literal["desk", "queue"]
    title: str
    schedule: str
    """Its name in the site file; empty: it is always open."""
    is_open: bool
    why: Literal["always", "weekday", "holiday", "exception"]
    holiday: str = ""
    spans: tuple[str, ...] = ()
    """The hours of today."""
    changes: Sequence[tuple[float, bool]] = ()
    """The next moments at which it opens (True) or closes."""


@dataclass(frozen=True, slots=True)
class PendingView:
    """The file on disk beside what is in force. `problems`: why it cannot be used, as `irmacall check` says."""

    differs: bool = False
    revision: str = ""
    waiting: Sequence[str] = ()
    """Keys that were changed and that only a restart takes."""
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SiteView:
    """What the site file in force says of the desk."""

    file: str
    revision: str
    tables: Sequence[TableView]
    hours: Sequence[HoursView]
    pending: PendingView
    command: str
    """What an operator types to reload."""


@dataclass(frozen=True, slots=True)
class ReloadedView:
    """What became of a reload."""

    revision: str
    changed: bool
    leads: bool
    waiting: Sequence[str]
    warnings: Sequence[str]


class SiteBook(Protocol):
    """The site file. It is shown here, and changed on the machine."""

    async def site(self) -> SiteView:
        """What is in force now, and what the file on disk says."""

    async def reload(self, by: UserId) -> ReloadedView:
        """Do what `irmacall reload` does. Raises SettingsError where the file cannot be used."""


# -- the audit log -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines are wanted: those to which all that is given applies. `login`: she did it, or it is about her."""

    since: float | None = None
    until: float | None = None
    kind: str = ""
    login: str = ""
    call: CallId | None = None
    text: str = ""
    before: int | None = None
    """Older than the line of this number."""


@dataclass(frozen=True, slots=True)
class AuditLineView:
    """One line. `who` is a login, or an id that nobody has any more; empty: no user did it."""

    number: int
    at: float
    kind: str
    who: str
    name: str
    call: str
    why: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of lines, the newest first. `older`: ask for what is before this number; None: nothing is older."""

    lines: Sequence[AuditLineView]
    older: int | None
    nobody: bool = False
    """The login that was asked for is nobody's."""


@dataclass(frozen=True, slots=True)
class AuditState:
    """How many lines there are, the hash of the last, and the first that is not as it was written (None: all are)."""

    lines: int
    hash: str
    broken: int | None


class AuditBook(Protocol):
    """The audit log, for who may read it. That somebody reads it is a line of its own."""

    @property
    def kinds(self) -> Sequence[str]:
        """Every kind of line that there is."""

    async def search(self, by: UserId, query: AuditQuery) -> AuditPage:
        """The lines that are wanted. Raises PeerError where the file fails us."""

    async def verify(self, by: UserId) -> AuditState:
        """Read the whole log, and tell whether every line stands as it was written. Raises PeerError."""


# -- nodes and servers -------------------------------------------------------------------------------------

State = Literal["well", "look", "wrong"]


@dataclass(frozen=True, slots=True)
class NodeView:
    """One Asterisk. `heard`: its events are; None: this daemon stands by. `problem`: why it did not answer."""

    name: str
    state: State
    heard: bool | None
    version: str = ""
    calls: int | None = None
    lag: float | None = None
    """Seconds by which its events are heard late."""
    cpu: float | None = None
    """Share of its machine that is busy, where that is ours."""
    refused: int | None = None
    """Percentage of new callers that are refused now."""
    problem: str = ""


PeerKind = Literal["desk_redis", "vault_redis", "yivi", "records"]


@dataclass(frozen=True, slots=True)
class PeerView:
    """A server behind the daemon. `problem`: what is wrong with it, in the words of `irmacall status`."""

    kind: PeerKind
    state: State
    in_memory: bool = False
    skew: float | None = None
    """Seconds between its clock and ours."""
    detail: str = ""
    """What it says of itself."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """Where every caller goes, and until when."""

    kind: str
    name: str
    until: float


@dataclass(frozen=True, slots=True)
class HealthView:
    """How the daemon that answers is, and all that is behind it."""

    at: float
    version: str
    host: str
    revision: str
    leads: bool
    leader: str
    """Who leads, where it is not this daemon and it is known."""
    fence: int | None
    nodes: Sequence[NodeView]
    peers: Sequence[PeerView]
    calls: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    """How many wait, by the titles of queues."""
    callbacks: int = 0
    spooled: int = 0
    """Calls whose facts are not in the records yet."""
    emergency: EmergencyView | None = None


class HealthBook(Protocol):
    """How the servers are."""

    async def health(self) -> HealthView:
        """All of it, asked of each not more often than once in a few seconds."""


@dataclass(frozen=True, slots=True)
class AdminBooks:
    """All that the administrator's pages work with."""

    users: UsersBook
    sessions: SessionsBook
    site: SiteBook
    audit: AuditBook
    health: HealthBook
