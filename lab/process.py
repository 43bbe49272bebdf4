"""A program of the lab: started, known to be ready by an event, and gone when we are gone.

Each runs in a process group of its own, and the kernel kills it when our process dies (PR_SET_PDEATHSIG),
so that a test run that is killed leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from lab import frozen
from lab.errors import LabError

#: Waits until a program can be used; it is cancelled when the program ends first.
Ready = Callable[["Program"], Awaitable[None]]
TIED: Final = ("setpriv", "--pdeathsig", "KILL", "--")
"""What a program's words follow that the kernel kills with us."""
_PROBE_S = 0.02


class Program:
    """One program, which may be started and stopped again and again. `log` holds what all its runs wrote."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        log: Path,
        *,
        ready: Ready | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ties: bool = True,
    ) -> None:
        """`ties` is false for a program whose own argv sets the death signal (see lab/asterisk.py)."""
        self.name, self.log = name, log
        self.argv = [str(a) for a in argv]
        self.env: dict[str, str] = dict(env or {})
        self._ready, self._cwd, self._ties = ready, cwd, ties
        self._process: asyncio.subprocess.Process | None = None
        self._gone = False
        self.log_start = 0  # where in `log` the present run begins

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The id of the running process. Raises LabError when it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise LabError(f"{self.name} does not run")
        return self._process.pid

    async def start(self, *, deadline: float = 30.0) -> None:
        """Start, and return when it is ready. Raises LabError, with the end of its log, when that fails."""
        assert not self.running, f"{self.name} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        tie = TIED if self._ties else ()
        with self.log.open("ab") as out:
            self.log_start, self._gone = out.tell(), False
            self._process = await asyncio.create_subprocess_exec(
                *tie,
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **self.env},
                cwd=self._cwd,
                start_new_session=True,
            )
        await self._until_ready(deadline)

    async def _until_ready(self, deadline: float) -> None:
        if self._ready is None:
            return
        ready = asyncio.ensure_future(self._ready(self))
        ended = asyncio.ensure_future(self.wait())
        try:
            done, _ = await asyncio.wait({ready, ended}, timeout=deadline, return_when="FIRST_COMPLETED")
        finally:
            for waiter in (ready, ended):
                waiter.cancel()
        if ready in done and ready.exception() is None:
            return
        await self.kill()
        cause = ready.exception() if ready in done else None
        why = "it ended" if ended in done else f"it was not ready in {deadline:.0f} s"
        raise LabError(f"{self.name}: {why}\n{self.written()[-3000:]}") from cause

    def written(self) -> str:
        """What the present (or last) run wrote."""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    async def wait(self) -> int:
        """Wait until it ends by itself; its exit status, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself, not to its children."""
        os.kill(self.pid, number)

    def freeze(self) -> None:
        """It is there, holds its sockets, and from now on answers nothing."""
        frozen.freeze(self.pid)

    def wake(self) -> None:
        """It goes on after `freeze`."""
        frozen.wake(self.pid)

    async def stop(self, *, deadline: float = 10.0) -> None:
        """Ask it to end (SIGTERM), and kill its whole group when it has not within `deadline` seconds."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):  # it ended just now, by itself
                self.signal(signal.SIGTERM)
                self.wake()  # a frozen program hears no SIGTERM
            try:
                async with asyncio.timeout(deadline):
                    await self.wait()
            except TimeoutError:
                pass
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL to the program and all of its group, and wait until it is gone. Harmless when it is gone."""
        if self._process is None or self._gone:
            return  # the number of a group that is gone may be somebody else's by now
        with contextlib.suppress(ProcessLookupError):  # nobody of the group is left
            os.killpg(self._process.pid, signal.SIGKILL)
        await self.wait()
        self._gone = True

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()


def answers(host: str, port: int) -> Ready:
    """Ready when something accepts connections there."""

    async def wait(program: Program) -> None:
        while True:
            try:
                _reader, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(_PROBE_S)
            else:
                writer.close()
                return

    return wait


def says(pattern: str) -> Ready:
    """Ready when the program wrote something that matches this regular expression."""
    sought = re.compile(pattern)

    async def wait(program: Program) -> None:
        while not sought.search(program.written()):  # noqa: ASYNC110  # a file tells nobody that it grew
            await asyncio.sleep(_PROBE_S)

    return wait


class Notify:
    """Readiness by the service notification of systemd (sd_notify(3)), on an abstract socket.

    An abstract socket is found from inside a chroot too. Give the program `env` and use `self` as its `ready`.
    """

    def __init__(self, name: str) -> None:
        self._address = f"irmacall-ready-{os.getpid()}-{id(self)}-{name}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + self._address)
        self._socket.setblocking(False)
        self.env = {"NOTIFY_SOCKET": "@" + self._address}

    async def __call__(self, _: Program) -> None:
        loop = asyncio.get_running_loop()
        while b"READY=1" not in await loop.sock_recv(self._socket, 4096):
            pass

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
