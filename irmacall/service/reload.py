"""Reading the site file anew under a running daemon: taken as a whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from irmacall.core.ids import UserId
from irmacall.errors import Refused, SettingsError
from irmacall.service.audit import AuditWriter
from irmacall.service.caveats import Caveats
from irmacall.service.in_force import InForce, rules
from irmacall.service.leadership import Leadership
from irmacall.service.screens import PANEL, Screens
from irmacall.settings import Settings
from irmacall.settings.reloading import taken, waiting

log = structlog.get_logger("irmacall.reload")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of a site file that was read anew."""

    revision: str
    changed: bool
    """Whether it says anything else of the desk than the one before."""
    leads: bool
    """Whether calls come here now; else it holds from when this daemon leads."""
    waiting: tuple[str, ...]
    """Keys that were changed and are taken at the next start."""
    warnings: tuple[str, ...]
    """What the file leaves undone, a line each: agents without a group, texts without a sound."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What a reload would do now. `problems`: why the file cannot be used, a line each; all else is empty then."""

    revision: str = ""
    differs: bool = False
    """Whether it says anything else of the desk than what is in force."""
    waiting: tuple[str, ...] = ()
    """Keys that were changed and are taken at the next start."""
    problems: tuple[str, ...] = ()


class Reloading:
    """Reads and takes site files, one at a time.

    `reread` reads the file that the daemon began with, as a daemon needs it; it may block, and raises SettingsError.
    """

    def __init__(
        self,
        in_force: InForce,
        reread: Callable[[], Settings],
        leadership: Leadership,
        screens: Screens,
        audit: AuditWriter,
        caveats: Caveats,
    ) -> None:
        self._in_force = in_force
        self._reread = reread
        self._leadership = leadership
        self._screens = screens
        self._audit = audit
        self._caveats = caveats
        self._turn = asyncio.Lock()

    async def reload(self, by: str, named: Path | None = None, user: UserId | None = None) -> Reloaded:
        """Read it, and take it. Raises SettingsError where it cannot be used: then all stays as it is.

        `named`: the file that is meant. Raises Refused where that is not the one that this daemon reads. `user`: who
        asks for it, where it is somebody who is logged in.
        """
        self._must_be_ours(named)
        async with self._turn:
            try:
                read = await asyncio.to_thread(self._reread)
                return await self._take(read, by, user)
            except SettingsError as error:
                log.error("site file not taken", action="reload.refused", by=by, problems=str(error).splitlines())
                raise

    async def pending(self) -> Pending:
        """What reading the file now would change. Nothing is taken, and nothing noted."""
        try:
            read = await asyncio.to_thread(self._reread)
            old = self._in_force.now
            new = rules(taken(old.settings, read), old.plan.hash_code)
        except SettingsError as error:
            return Pending(problems=tuple(str(error).splitlines()))
        return Pending(new.revision, new.revision != old.revision, tuple(waiting(old.settings, read)))

    def _must_be_ours(self, named: Path | None) -> None:
        own = self._in_force.now.settings.file
        if named is not None and named != own and not _same(named, own):
            raise Refused(
                f"the daemon reads {own}, not {str(named)!r}: change that file, and reload with `--site {own}`"
            )

    async def _take(self, read: Settings, by: str, user: UserId | None) -> Reloaded:
        old = self._in_force.now
        new = rules(taken(old.settings, read), old.plan.hash_code)
        left = tuple(waiting(old.settings, read))
        # Without a pause between the two: whatever happens from now on is decided after the desk has its plan.
        self._in_force.swap(new)
        leads = await self._leadership.take(new.plan)
        self._screens.seats.nudge_all(PANEL)
        self._audit.note("plan_taken", why=f"by {by}: {_step(old.revision, new.revision)}", user=user)
        log.info("site file taken", action="reload.taken", by=by, revision=new.revision, leads=leads, waiting=left)
        warnings = await self._caveats.about(new.settings)
        if warnings:
            log.warning("site file leaves something undone", action="reload.warned", revision=new.revision)
        return Reloaded(new.revision, new.revision != old.revision, leads, left, warnings)

    async def when_told(self, told: asyncio.Event) -> None:
        """Reload whenever this is set, until cancelled; how it went is in the log."""
        while True:
            await told.wait()
            told.clear()
            try:
                await self.reload("SIGHUP")
            except SettingsError:
                pass  # It has been logged, and all is as it was.
            except Exception:
                log.exception("reload broke", action="reload.broke")


def _step(old: str, new: str) -> str:
    return f"{new}, the same as before" if new == old else f"{old} became {new}"


def _same(named: Path, own: Path) -> bool:
    """Whether both lead to one file; what can be no path (a NUL in it) leads to none."""
    try:
        return named.resolve() == own.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
