"""The commands that stay: serve and watchdog."""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import signal
from collections.abc import Coroutine
from contextlib import suppress

import structlog
import uvloop

from irmacall import log as logs
from irmacall.ami.client import AmiSettings
from irmacall.ami.watchdog import watch_all
from irmacall.cli import endings
from irmacall.cli.site import settings_of
from irmacall.core.ids import DeskId, NodeName
from irmacall.settings import NodeSettings, Purpose, Settings

log = structlog.get_logger("irmacall")


def serve_site(arguments: argparse.Namespace) -> int:
    """Serve until a signal says that it is enough."""
    # Here, since it imports every room: the other commands start without it in a tenth of the time.
    from irmacall.service import serve

    settings = settings_of(arguments, Purpose.SERVE)
    return _stay(settings, serve(settings, lambda: settings_of(arguments, Purpose.SERVE)))


def watchdog(arguments: argparse.Namespace) -> int:
    """Watch every node's leader until a signal says that it is enough."""
    settings = settings_of(arguments, Purpose.WATCHDOG)
    nodes = [_ami(node, settings) for node in settings.nodes]
    desks = [DeskId(desk.id) for desk in settings.desks]
    return _stay(settings, _until_told(watch_all(nodes, desks, settings.watchdog.patience)))


def _stay(settings: Settings, work: Coroutine[object, object, None]) -> int:
    """Run it to its end. What is not expected is logged without its words, which may hold anybody's data."""
    logs.configure(settings.log.level, settings.log.format, lasting=True)
    # A core file would hold what was in memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What is loaded by now stays: no collection need look at it again, during which nothing else would be done.
    gc.collect()
    gc.freeze()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    except Exception as error:
        if endings.ours(error):
            raise
        log.critical("broke", exc_info=error)
        return endings.FAILED
    return 0


async def _until_told(work: Coroutine[object, object, None]) -> None:
    """Do the work until SIGTERM or SIGINT."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def _ami(node: NodeSettings, settings: Settings) -> AmiSettings:
    password = settings.credentials.text(node.ami_credential)
    return AmiSettings(NodeName(node.name), node.ami.host, node.ami.port, node.ami_user, password)
