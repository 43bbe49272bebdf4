"""A real PostgreSQL: a cluster of its own in a directory of its own, of the version that Debian has.

PostgreSQL refuses to run as root, so root runs it as Debian's user `postgres`, who must be able to reach the
directory: it lies under the system's temporary directory, not in a test's own. Nothing in it is worth a sync.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from lab import frozen
from lab.errors import LabError
from lab.process import Program, says

_PORT: Final = 5432
_INSTALLED: Final = Path("/usr/lib/postgresql")
_USER: Final = "postgres"
_PROBE_S: Final = 0.005
_GONE_S: Final = 10.0


class PostgresServer:
    """One cluster on an address of its own, with one user and one empty database. `restart` keeps everything."""

    user = "irmacall"
    database = "records"

    def __init__(self, host: str, log: Path) -> None:
        self.host, self.port = host, _PORT
        self.password = secrets.token_hex(16)
        self.directory = Path(tempfile.mkdtemp(prefix="irmacall-postgres-"))
        self._data = self.directory / "data"
        if os.geteuid() == 0:
            shutil.chown(self.directory, _USER, _USER)
        self.program = Program(
            "postgres",
            [*_as_user(), _binary("postgres"), "-D", self._data, *self._options()],
            log,
            ready=says(r"database system is ready to accept connections"),
            cwd=self.directory,
            ties=False,
        )

    def _options(self) -> list[str]:
        options = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_connections": "30",
            "logging_collector": "off",
        }
        return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    async def start(self) -> None:
        """Make the cluster where there is none, start, and return when it serves."""
        new = not self._data.exists()
        if new:
            self._make()
        await self.program.start()
        if new:
            self.ask(f"CREATE ROLE {self.user} LOGIN PASSWORD '{self.password}'")
            self.make_database(self.database)

    def make_database(self, name: str) -> None:
        """One more empty database, of the same user."""
        self.ask(f"CREATE DATABASE {name} OWNER {self.user}")

    def ask(self, statement: str, database: str = "postgres") -> str:
        """What psql answers to the superuser, bare. Raises LabError."""
        asked = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", _USER, "-h", str(self.directory)]
        return _run([*_as_user(), *asked, "-p", str(self.port), "-d", database, "-c", statement]).strip()

    async def stop(self) -> None:
        """Stop it in order, whoever is connected (pg_ctl's fast mode)."""
        if self.program.running:
            self.program.signal(signal.SIGINT)
            await self.program.wait()

    async def kill(self) -> None:
        """End it as a power cut would, and return when nobody holds its memory any more."""
        others = self._processes() if self.program.running else []
        await self.program.kill()
        for pid in others:
            with contextlib.suppress(ProcessLookupError):  # it saw that the first is gone
                os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(_GONE_S):
            while any(map(_lives, others)):  # noqa: ASYNC110  # they are nobody's children now, and tell nobody
                await asyncio.sleep(_PROBE_S)

    async def restart(self) -> None:
        """Start again after `stop` or `kill`, or stop and start."""
        await self.stop()
        await self.program.start()

    def freeze(self) -> None:
        """Every process of it stands still: it is connected, and answers nothing."""
        frozen.freeze(self.program.pid)  # and makes no new ones
        frozen.freeze(*self._processes())

    def wake(self) -> None:
        """Everything goes on after `freeze`."""
        frozen.wake(*self._processes(), self.program.pid)

    def _processes(self) -> list[int]:
        """All but the first, each of which has a session of its own."""
        pid = self.program.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def close(self) -> None:
        """Remove what a stopped server leaves."""
        shutil.rmtree(self.directory)

    def _make(self) -> None:
        make = [_binary("initdb"), "-D", str(self._data), "-U", _USER, "--no-sync", "--no-instructions"]
        how = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256"]
        _run([*_as_user(), *make, *how])


def _run(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise LabError(f"{' '.join(argv)}: {done.stderr[-2000:]}")
    return done.stdout


def _as_user() -> list[str]:
    # Changing user forgets the death signal, so setpriv sets it last.
    tie = ["setpriv", "--pdeathsig", "KILL"]
    user = ["--reuid", _USER, "--regid", _USER, "--clear-groups"] if os.geteuid() == 0 else []
    return [*tie, *user, "--"]


def _lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _binary(name: str) -> str:
    """The newest that is installed: Debian has a directory for each version, and puts none in the PATH."""
    found = [each for each in _INSTALLED.glob(f"*/bin/{name}") if re.fullmatch(r"[0-9]+", each.parts[-3])]
    if not found:
        raise LabError(f"no {name} under {_INSTALLED}: `make setup` installs Debian's postgresql")
    return str(max(found, key=lambda each: int(each.parts[-3])))
