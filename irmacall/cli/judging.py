"""Judgements: is the site right, who leads, does the audit log stand as it was written?"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from functools import partial
from typing import TYPE_CHECKING

from irmacall.cli import endings
from irmacall.cli.control import ask
from irmacall.cli.operating import status_in_words
from irmacall.cli.site import settings_of
from irmacall.core.ids import DeskId
from irmacall.errors import IrmacallError, PeerError, Refused, SettingsError
from irmacall.service.outside import uncalled_in_words
from irmacall.settings import DeskSettings, NodeSettings, Purpose, Settings
from irmacall.store.audit import AuditLog, Head

if TYPE_CHECKING:
    # Only when a server is asked are the clients of all of them loaded, which takes longest of all.
    from irmacall.cli.probes import Probe


class Caution(str):
    """A server's words that say nothing is wrong, and that somebody should yet look at."""

    __slots__ = ()


def check(arguments: argparse.Namespace) -> int:
    """Judge the site, and ask every server behind it what it is."""
    settings = settings_of(arguments, Purpose.FILE if arguments.file else Purpose.CHECK)
    print(f"ok     {arguments.site}: the file{'' if arguments.file else ' and its secrets'}")
    if arguments.offline or arguments.file:
        _tell_uncalled(settings)
        return 0
    from irmacall.cli.probes import extensions, probes

    numbering = [("desk.queue.extension", partial(extensions, settings))]
    return asyncio.run(_ask([*probes(settings, ami=True), *numbering]))


def status(arguments: argparse.Namespace) -> int:
    """What the daemon here says of itself, who leads on each node, and which servers answer."""
    settings = settings_of(arguments, Purpose.SERVE)
    served = [_serves(settings, desk) for desk in settings.desks]
    return 0 if asyncio.run(_status(settings)) == 0 and all(served) else endings.FAILED


def verify_audit(arguments: argparse.Namespace) -> int:
    """Tell whether every line of the audit log is as it was written, and its last one, to be noted elsewhere."""
    settings = settings_of(arguments, Purpose.LOCAL)
    if not settings.audit.exists():
        raise SettingsError(f"{settings.audit}: is not there: nothing was ever written")
    return asyncio.run(_verify(settings, arguments.noted))


def noted_head(text: str) -> Head:
    """SEQ:HASH, as `audit verify` prints it."""
    found = re.fullmatch(r"([1-9][0-9]*):([0-9a-f]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError("should be SEQ:HASH, as `irmacall audit verify` prints it")
    return Head(int(found[1]), found[2])


async def _verify(settings: Settings, noted: Head | None) -> int:
    log = await AuditLog.open(settings.audit)
    try:
        head = await log.head()
        broken = await log.verify(noted)
    finally:
        await log.close()
    if broken is not None:
        print(f"irmacall: line {broken} is not as it was written, or is missing", file=sys.stderr)
        return endings.FAILED
    print(f"{head.seq} lines, each as it was written; the last: {head.seq}:{head.hash}")
    return 0


def _tell_uncalled(settings: Settings) -> None:
    """Tell of the numbers outside that no line may call, which no server is needed for."""
    words = uncalled_in_words(settings)
    if words:
        _tell(True, "desk.transfer.outside", Caution(words))


def _serves(settings: Settings, desk: DeskSettings) -> bool:
    """Tell what this desk's daemon on this machine says of itself; whether there is one."""
    try:
        words = status_in_words(ask(settings, desk.id, {"command": "status"}), desk.timezone)
    except (PeerError, Refused) as error:
        _tell(False, f"daemon of {desk.id}", str(error))
        return False
    _tell(True, f"daemon of {desk.id}", words)
    return True


async def _status(settings: Settings) -> int:
    from irmacall.cli.probes import probes

    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_led(settings, node, DeskId(desk.id)))
            for node in settings.nodes
            for desk in settings.desks
        ]
        servers = group.create_task(_ask(probes(settings, ami=False)))
    return endings.FAILED if servers.result() or not all(task.result() for task in asked) else 0


async def _led(settings: Settings, node: NodeSettings, desk: DeskId) -> bool:
    from irmacall.cli.probes import leader

    try:
        beat = await leader(settings, node, desk)
    except PeerError as error:
        _tell(False, f"leader of {desk} on {node.name}", str(error))
        return False
    words = "nobody leads: calls go to the dialplan's own queue" if beat is None else f"there is one (beat {beat})"
    _tell(beat is not None, f"leader of {desk} on {node.name}", words)
    return beat is not None


async def _ask(asked: list[tuple[str, Probe]]) -> int:
    """Ask all side by side, and tell in their order."""
    outcomes = await asyncio.gather(*(_outcome(probe) for _, probe in asked))
    for (name, _), (well, words) in zip(asked, outcomes, strict=True):
        _tell(well, name, words)
    return 0 if all(well for well, _ in outcomes) else endings.FAILED


async def _outcome(probe: Probe) -> tuple[bool, str]:
    try:
        return True, await probe()
    except IrmacallError as error:
        return False, str(error)


def _tell(well: bool, name: str, words: str) -> None:
    label = "WRONG" if not well else "look" if isinstance(words, Caution) else "ok"
    print(f"{label:6} {name}: {words}")
