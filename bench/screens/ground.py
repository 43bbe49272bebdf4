"""What stands while screens are measured: two servers, ours and the bare one, each with its streams."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.setup.usage import resident_kilobytes
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Users, open_users
from irmacall.web.sessions import COOKIE, new_key, seat_named
from lab.lab import Lab
from lab.process import Program, says
from lab.town import Town

_PATIENCE: Final = 30.0
_TAKEN: Final = re.compile(r"\bat=(\S+)")


async def cookies(town: Town, number: int) -> list[str]:
    """So many logins, each of its own: sessions are begun in the users' file, as a login does."""
    database = await open_users(town.data / "users.sqlite")
    try:
        users, sessions = Users(database, Hashing()), Sessions(database)
        everybody = await users.list_users()
        keys = [new_key() for _ in range(number)]
        for at, key in enumerate(keys):
            await sessions.begin(key, everybody[at % len(everybody)].id, seat_named(key), time.time())
        return [f"{COOKIE}={key}" for key in keys]
    finally:
        await database.close()


class Crowd:
    """The streams of one server, followed by a program of their own."""

    def __init__(self, lab: Lab, name: str, port: int, path: str, cookies: Sequence[str]) -> None:
        self._told, self.number = lab.directory / f"{name}.told", len(cookies)
        asked = lab.directory / f"{name}.asked"
        host = f"localhost:{port}"
        given = {"port": port, "ca": str(lab.ca.root), "host": host, "path": path, "cookies": list(cookies)}
        asked.write_text(json.dumps({**given, "told": str(self._told)}))
        argv: list[str | Path] = [sys.executable, "-m", "bench.screens.watchers", asked]
        self._program: Program = lab.program(name, argv, ready=says("ready"))

    async def start(self, server: int) -> float:
        """Open all; what the server (its process id) grew by for each, in kB."""
        before = resident_kilobytes(server)
        await self._program.start(deadline=300)
        await asyncio.sleep(5)  # what is grown while so many come at once is given back, or is not
        return (resident_kilobytes(server) - before) / self.number

    async def take(self) -> list[tuple[int, str, float]]:
        """All that was told since the last time: (stream, kind, epoch)."""
        self._told.unlink(missing_ok=True)
        os.kill(self._program.pid, signal.SIGHUP)
        async with asyncio.timeout(_PATIENCE):
            while not self._told.exists():  # noqa: ASYNC110  # a file tells nobody that it is there
                await asyncio.sleep(0.02)
        found = json.loads(self._told.read_text())
        assert not found["ended"], f"{found['ended']} streams ended"
        return [(stream, kind, at) for stream, kind, at in found["told"]]

    async def told_since(self, began: float) -> list[float]:
        """How long after `began` (epoch) each stream was told to look, in ms. Everyone was."""
        first: dict[int, float] = {}
        for stream, kind, at in await self.take():
            if kind == "panel" and at >= began:
                first.setdefault(stream, at)
        assert len(first) == self.number, f"{self.number - len(first)} streams were not told"
        return [(at - began) * 1000 for at in first.values()]


async def reloaded(daemon: Program) -> float:
    """Make the daemon take its site file once more; when (epoch) it told of it."""
    seen = len(daemon.written())
    os.kill(daemon.pid, signal.SIGHUP)
    line = await _line_after(daemon, seen, "reload.taken")
    found = _TAKEN.search(line)
    assert found is not None, f"a line without its time: {line}"
    return datetime.fromisoformat(found[1]).timestamp()


async def told_bare(bare: Program) -> float:
    """Make the bare server tell everybody; when (epoch) it began to."""
    seen = len(bare.written())
    os.kill(bare.pid, signal.SIGHUP)
    return float((await _line_after(bare, seen, "told ")).split()[-1])


async def _line_after(program: Program, seen: int, sought: str) -> str:
    async with asyncio.timeout(_PATIENCE):
        while True:
            lines = program.written()[seen:].splitlines(keepends=True)
            for line in lines:
                if sought in line and line.endswith("\n"):
                    return line
            await asyncio.sleep(0.02)
