"""Fill in Asterisk's configuration for one node from asterisk/*.j2 and dialplan/*.j2.

A template that asks for something that is not given is an error, never an empty place.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import jinja2

from irmacall.core.hours import ALWAYS, Hours
from irmacall.ops.owners import new_file
from irmacall.ops.timetable import timetable

_CHECKOUT = Path(__file__).resolve().parents[2]
#: Where the templates are, in a checkout as in the installed tree.
TEMPLATES = (_CHECKOUT / "asterisk", _CHECKOUT / "dialplan")
#: Each value ends up in a line of an ini-like file, where these have a meaning.
_UNSAFE = re.compile(r"[\x00-\x1f;\[\]\"\\]")


@dataclass(frozen=True, slots=True)
class Directories:
    """Asterisk's own directories on one node (asterisk.conf, section directories)."""

    etc: str
    modules: str
    data: str
    state: str
    run: str
    log: str
    spool: str


@dataclass(frozen=True, slots=True)
class Listener:
    """An address and port to listen on. ARI and AMI never get a public one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Tls:
    """SIP over TLS: where to listen, and the PEM files."""

    host: str
    port: int
    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Account:
    """A login of a program on this node."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class PhoneValues:
    """An agent's phone: its endpoint, which is also its SIP user, and HA1 (RFC 3261 22.4, realm `asterisk`)."""

    endpoint: str
    ha1: str


@dataclass(frozen=True, slots=True)
class OutboundValues:
    """Where a line takes the calls that we make, and the number that those whom we call see."""

    host: str
    port: int
    caller_id: str


@dataclass(frozen=True, slots=True)
class TrunkValues:
    """A line from the outside: known by addresses of its own (`match`), or by a password (`ha1`), or both.

    Without `outbound` no call leaves by it.
    """

    name: str
    match: tuple[str, ...] = ()
    ha1: str = ""
    outbound: OutboundValues | None = None


@dataclass(frozen=True, slots=True)
class DeskValues:
    """A municipality's desk: its numbers as trunks send them, and its phones, which its fallback queue rings.

    `hours`: out of these, `closed` is said instead; a sound by its name, below irmacall/.
    """

    id: str
    numbers: tuple[str, ...]
    phones: tuple[str, ...]
    hours: Hours = ALWAYS
    closed: str = "closed"
    officials: frozenset[str] = frozenset()
    """Phones of who serves no queue: the fallback queue rings none of them."""


@dataclass(frozen=True, slots=True)
class NodeValues:
    """All that differs between two nodes or two sites. `name` becomes Asterisk's systemname."""

    name: str
    sip: Listener
    media_host: str
    rtp_first: int
    rtp_last: int
    ari: Listener
    ari_account: Account
    ami: Listener
    ami_account: Account
    directories: Directories
    desks: tuple[DeskValues, ...]
    phones: tuple[PhoneValues, ...]
    trunks: tuple[TrunkValues, ...] = ()
    tls: Tls | None = None
    music: str = "/usr/share/irmacall/music"
    music_classes: tuple[str, ...] = ()
    """Classes of music beside `default`: each is the directory of its name below `music`."""
    language: str = "nl"
    phone_transfers: bool = False
    """Phones may pass callers on by SIP REFER, and dial extensions; which these are, the daemon knows."""

    @property
    def entity_id(self) -> str:
        """Six octets that are this node's own (asterisk.conf, entityid)."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        return ":".join(digest[i : i + 2] for i in range(0, 12, 2))

    def context_of(self, phone: PhoneValues) -> str:
        """What this phone can dial: extensions of the desk that it is of (the first, of several), or nothing."""
        desk = next((desk.id for desk in self.desks if phone.endpoint in desk.phones), None)
        return f"irmacall-phones-{desk}" if self.phone_transfers and desk is not None else "irmacall-from-phones"


def ha1(user: str, password: str, realm: str = "asterisk") -> str:
    """The SIP digest that stands for a password (RFC 3261 22.4; MD5, because phones know no other)."""
    return hashlib.md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def render_node(
    values: NodeValues, out: Path, templates: tuple[Path, ...] = TEMPLATES, *, today: date | None = None
) -> list[Path]:
    """Write every configuration file of one node into the directory `out`; the paths of those that changed.

    A file is replaced in one step, readable for its owner alone: some hold secrets. Its owner is whoever runs this,
    or the directory's where that is root. `today`: from when on the holidays are named; by default from now on.
    Raises jinja2.UndefinedError for a value that a template wants and does not get, ValueError for one that
    would mean something to Asterisk's parser.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        finalize=_safe,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    out.mkdir(parents=True, exist_ok=True)
    names = [name for name in environment.list_templates() if name.endswith(".conf.j2")]
    today = today or datetime.now(UTC).date()
    tables = tuple((desk, timetable(desk.hours, today)) for desk in values.desks)
    texts = {
        name.removesuffix(".j2"): environment.get_template(name).render(node=values, timetables=tables)
        for name in names
    }
    return [out / name for name, text in texts.items() if _write(out / name, text)]


def _write(path: Path, text: str) -> bool:
    """Put this into the file; false where it is so already, by the same owner and for the same readers."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(new_file(fresh), "w", encoding="utf-8") as opened:
        opened.write(text)
    if _same(fresh, path):
        fresh.unlink()
        return False
    os.replace(fresh, path)
    return True


def _same(fresh: Path, path: Path) -> bool:
    """Whether both are plain files of one owner, with the same rights and the same bytes."""
    try:
        theirs = path.lstat()
    except FileNotFoundError:
        return False
    ours = fresh.lstat()
    alike = (ours.st_mode, ours.st_uid, ours.st_gid) == (theirs.st_mode, theirs.st_uid, theirs.st_gid)
    return alike and fresh.read_bytes() == path.read_bytes()


def _safe(value: object) -> object:
    if isinstance(value, str) and _UNSAFE.search(value):
        raise ValueError(f"{value!r} cannot stand in a file that Asterisk reads")
    return value
