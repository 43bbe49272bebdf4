"""What is made of a site: its secrets, and the configuration of its Asterisk nodes."""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import pwd
import sys
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Final
from urllib.parse import urlsplit

from irmacall.cli.site import data_file, settings_of
from irmacall.core.ids import Endpoint
from irmacall.core.routes import ToMessage
from irmacall.errors import Refused, SettingsError
from irmacall.ops.owners import new_directory
from irmacall.ops.render import (
    Account,
    DeskValues,
    Directories,
    Listener,
    NodeValues,
    OutboundValues,
    PhoneValues,
    Tls,
    TrunkValues,
    ha1,
    render_node,
)
from irmacall.settings import (
    KEY_BYTES,
    KEYS,
    DeskSettings,
    NodeSettings,
    OutboundSettings,
    Purpose,
    Settings,
    TrunkSettings,
    needed,
    weakness,
)
from irmacall.store.phones import Phones
from irmacall.store.users import officials_phones, open_users

_PASSWORD_BYTES: Final = 32
_CLOSED: Final = "closed"
_BEHIND_A_PROXY: Final = Listener("127.0.0.1", 8088)


def secrets(arguments: argparse.Namespace) -> int:
    """Make every secret that the site needs and the directory does not hold; none is shown. Keys of certificates
    come with these, from whoever made them.
    """
    settings = settings_of(arguments, Purpose.FILE)
    directory: Path = arguments.directory
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in needed(settings):
            print(f"{name}\t{'made' if _made(directory / name) else 'is there'}")
        for name, web in (("public", settings.public), ("staff", settings.staff)):
            if web.tls_key == arguments.credentials.absolute() / f"{name}-tls-key":
                there = (directory / f"{name}-tls-key").exists()
                yours = f"yours to bring: the key of {name}.tls_cert ({web.tls_cert}), mode 0600"
                print(f"{name}-tls-key\t{'is there' if there else yours}")
    except OSError as error:
        raise SettingsError(f"{error.filename or directory}: {error.strerror}") from error
    return 0


def _made(file: Path) -> bool:
    """Write a new secret, readable for its owner alone; false when there is one already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(descriptor, "w", encoding="ascii") as opened:
        opened.write(_fresh(file.name) + "\n")
    return True


def _fresh(name: str) -> str:
    """A random secret; drawn again in the rare case that chance made it look like a sample."""
    while True:
        drawn = base64.b64encode(token_bytes(KEY_BYTES)).decode() if name in KEYS else token_urlsafe(_PASSWORD_BYTES)
        if weakness(name, drawn) is None:
            return drawn


def render(arguments: argparse.Namespace) -> int:
    """Write one node's configuration."""
    settings = settings_of(arguments, Purpose.RENDER)
    node = next((each for each in settings.nodes if each.name == arguments.node), None)
    if node is None:
        known = ", ".join(each.name for each in settings.nodes)
        raise SettingsError(f"--node {arguments.node}: should be one of {known}")
    values = asyncio.run(_values(settings, node))
    out: Path = arguments.out
    try:
        _make_room(out)
        changed = render_node(values, out)
    except OSError as error:
        raise Refused(f"{error.filename or out}: {error.strerror}") from error
    for file in changed:
        print(file)
    if not changed:
        print(f"Nothing in {out} has changed.", file=sys.stderr)
        return 0
    print(f"Only {_owner(out)} can read them. Asterisk on {node.name} uses them after a reload.", file=sys.stderr)
    return 0


def _owner(out: Path) -> str:
    """Whose the rendered files are: root's are its directory's."""
    owner = out.stat().st_uid if os.geteuid() == 0 else os.geteuid()
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"


def _make_room(out: Path) -> None:
    """The directory that files go into, where its parent is there: a whole path that is not is a slip of the pen."""
    if out.exists():
        return
    if not out.parent.is_dir():
        raise SettingsError(f"--out {out}: should be in a directory that exists: {out.parent} does not")
    new_directory(out)
    print(f"{out} did not exist, and was made.", file=sys.stderr)


async def _values(settings: Settings, node: NodeSettings) -> NodeValues:
    database = await open_users(data_file(settings.users))
    try:
        digests, officials = await Phones(database).digests(), await officials_phones(database)
    finally:
        await database.close()
    return node_values(settings, node, digests, officials)


def node_values(
    settings: Settings, node: NodeSettings, digests: dict[Endpoint, str], officials: frozenset[Endpoint]
) -> NodeValues:
    """What goes into the node's files. Raises Refused where a phone and a line have the same name."""
    for trunk in node.trunks:
        if trunk.name in digests:
            raise Refused(f"{trunk.name} is a phone and a line of {node.name}: one of the two needs another name")
    phones = tuple(digests)
    return NodeValues(
        name=node.name,
        sip=Listener(node.sip_address, node.sip_port),
        media_host=node.media,
        rtp_first=node.rtp_first,
        rtp_last=node.rtp_last,
        ari=_ari_listener(node),
        ari_account=Account(node.ari_user, settings.credentials.text(node.ari_credential)),
        ami=Listener(node.ami.host, node.ami.port),
        ami_account=Account(node.ami_user, settings.credentials.text(node.ami_credential)),
        directories=_directories(node),
        desks=tuple(_desk(desk, phones, officials) for desk in settings.desks),
        phones=tuple(PhoneValues(endpoint, digest) for endpoint, digest in digests.items()),
        trunks=tuple(_trunk(trunk, settings) for trunk in node.trunks),
        tls=_tls(node),
        music=node.music,
        music_classes=tuple(sorted({queue.music for desk in settings.desks for queue in desk.queues} - {"default"})),
        language=node.language,
        phone_transfers=node.phone_transfers,
    )


def _desk(desk: DeskSettings, phones: tuple[Endpoint, ...], officials: frozenset[Endpoint]) -> DeskValues:
    # Here, since it imports every room: the other commands start without it.
    from irmacall.service import exchange

    closed = exchange.closed(desk)
    # Only the daemon can send callers elsewhere; the dialplan says what is always true.
    sound = closed.sound if isinstance(closed, ToMessage) else _CLOSED
    return DeskValues(desk.id, desk.dialled, phones, exchange.hours(desk), sound, officials)


def _ari_listener(node: NodeSettings) -> Listener:
    """Where Asterisk's own HTTP server listens; https:// is a proxy's in front of it."""
    parts = urlsplit(node.ari)
    if parts.scheme == "https":
        return _BEHIND_A_PROXY
    return Listener(parts.hostname or "", parts.port or 80)


def _directories(node: NodeSettings) -> Directories:
    at = node.directories
    return Directories(at.etc, at.modules, at.data, at.state, at.run, at.log, at.spool)


def _tls(node: NodeSettings) -> Tls | None:
    if node.sip_tls_cert is None or node.sip_tls_key is None:
        return None
    return Tls(node.sip_address, node.sip_tls_port, node.sip_tls_cert, node.sip_tls_key)


def _trunk(trunk: TrunkSettings, settings: Settings) -> TrunkValues:
    match = tuple(str(address) for address in trunk.addresses)
    digest = ha1(trunk.name, settings.credentials.text(trunk.credential)) if trunk.password else ""
    return TrunkValues(trunk.name, match, digest, _outbound(trunk.outbound))


def _outbound(outbound: OutboundSettings) -> OutboundValues | None:
    if outbound.host is None or outbound.caller_id is None:
        return None
    host = f"[{outbound.host}]" if ":" in outbound.host else outbound.host
    return OutboundValues(host, outbound.port, outbound.caller_id)
