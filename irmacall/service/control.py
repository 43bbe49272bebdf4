"""The daemon's control socket: how an operator on its own machine asks something of it while it runs.

A unix socket that only its owner and root can open (mode 0600), and whose every peer the kernel names. One JSON
object on one line goes in, one comes out, and the connection is over:

    {"command": "status"}            ▶  {"ok": true, "leads": true, …}
    {"command": "dance"}             ▶  {"ok": false, "problems": ["…"]}

Commands are done side by side, so that one that hangs keeps nobody from a status or the emergency switch; one that
must be alone sees to that itself (`reload.Reloading`). What is too long, too slow or no JSON is answered with what is
wrong.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pwd
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import structlog

from irmacall.errors import IrmacallError, SettingsError

log = structlog.get_logger("irmacall.control")

MOST_BYTES: Final = 8192
READ_SECONDS: Final = 5.0
WORK_SECONDS: Final = 30.0
"""For one command, what it waits for included."""
_FORM: Final = f"should be one JSON object on one line, at most {MOST_BYTES} bytes"
_PEER: Final = struct.Struct("3i")
"""struct ucred: pid, uid, gid (unix(7), SO_PEERCRED)."""

Request = Mapping[str, Any]
Answer = Mapping[str, Any]
Command = Callable[[Request, str], Awaitable[Answer]]
"""Does what was asked, for the unix user of this name. What it raises of ours is told as a problem."""


class Control:
    """Serves these commands, by name, at one path."""

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path = path
        self._commands = commands
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen within the block. Raises SettingsError where a daemon that lives has this socket already."""
        with _own(self._path) as bound:
            server = await asyncio.start_unix_server(self._begin, sock=bound, limit=MOST_BYTES)
            try:
                yield
            finally:
                server.close()
                await self._end()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer), name="control")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _end(self) -> None:
        """Whoever still waits for an answer finds the connection closed."""
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(reader, writer)
            writer.write(json.dumps(answer).encode() + b"\n")
            async with asyncio.timeout(READ_SECONDS):
                await writer.drain()
        except (OSError, TimeoutError) as error:  # Whoever asked is gone, or does not listen.
            log.info("not answered", action="control.gone", error=type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        try:
            who = _peer(writer)
            request = await _read(reader)
            async with asyncio.timeout(WORK_SECONDS):
                return {"ok": True, **await self._do(request, who)}
        except TimeoutError:
            return _problems(f"not done within {WORK_SECONDS:g} s: ask `irmacall status` what holds it up")
        except IrmacallError as error:
            return _problems(*str(error).splitlines())
        except Exception:
            log.exception("a command broke", action="control.broke")
            return _problems("this is a defect of irmacall: its log says more")

    async def _do(self, request: Request, who: str) -> Answer:
        name = request.get("command")
        command = self._commands.get(name) if isinstance(name, str) else None
        if command is None:
            raise SettingsError(f"command: should be one of {', '.join(sorted(self._commands))}")
        log.info("asked", action=f"control.{name}", by=who)
        return await command(request, who)


def _problems(*lines: str) -> Answer:
    return {"ok": False, "problems": list(lines)}


async def _read(reader: asyncio.StreamReader) -> Request:
    """The one object that was sent. Raises SettingsError for anything else."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            request = json.loads(await _line(reader))
    except TimeoutError:
        raise SettingsError(f"no line came within {READ_SECONDS:g} s") from None
    except (asyncio.IncompleteReadError, ValueError, RecursionError):
        raise SettingsError(_FORM) from None
    if not isinstance(request, dict):
        raise SettingsError("should be one JSON object")
    return request


async def _line(reader: asyncio.StreamReader) -> bytes:
    """A line. One that is too long is read to its end: who is cut off while writing never reads what was wrong."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        while (piece := await reader.read(MOST_BYTES)) and b"\n" not in piece:
            pass
        raise SettingsError(f"this line is too long: {_FORM}") from None


def _peer(writer: asyncio.StreamWriter) -> str:
    """The unix user who asks, as the kernel knows it. Raises SettingsError for who may not."""
    given = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, uid, _ = _PEER.unpack(given)
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    if uid not in (0, os.geteuid()):
        raise SettingsError(f"{name} may not: only root and the daemon's own user")
    return name


@contextmanager
def _own(path: Path) -> Iterator[socket.socket]:
    """A socket at this path that is ours for the block, and nobody's after it."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        lock = _held(path.with_suffix(".lock"))
        try:
            with _bound(path, directory) as bound:
                try:
                    yield bound
                finally:
                    path.unlink(missing_ok=True)
        finally:
            os.close(lock)
    finally:
        os.close(directory)


def _held(file: Path) -> int:
    """The descriptor of this lock, which is ours for as long as it is open: the kernel frees it when we die."""
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(f"{file} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise SettingsError(
            f"{file}: is held by a daemon that runs: this desk is served from here already; stop that one first"
        ) from None
    return lock


def _bound(path: Path, directory: int) -> socket.socket:
    """A socket at this path for its owner alone, in place of one that a dead daemon left.

    Bound by way of the directory's descriptor: an address has room for 107 bytes, and a path may be longer.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        os.fchmod(bound.fileno(), 0o600)  # Before it has a name: there is no moment at which others can open it.
        bound.bind(f"/proc/self/fd/{directory}/{path.name}")
    except OSError as error:
        bound.close()
        raise SettingsError(f"{path} cannot be made: {error.strerror or error}") from error
    return bound
