"""The control socket: whom it answers, what it refuses, and that one daemon alone has it."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from irmacall.errors import PeerUnavailable, Refused, SettingsError
from irmacall.service import control
from irmacall.service.control import Answer, Command, Control, Request
from tests.service.house import within

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is: deeper than an address has room for."""
    directory = tmp_path / ("d" * 60) / ("e" * 60)
    directory.mkdir(parents=True)
    return directory / "control-desk.sock"


async def _echo(request: Request, who: str) -> Answer:
    return {"said": request.get("words"), "who": who}


def serving(path: Path, **commands: Command) -> AbstractAsyncContextManager[None]:
    """A control socket with these commands."""
    return Control(path, {"echo": _echo, **commands}).open()


@asynccontextmanager
async def connected(path: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to it."""
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{directory}/{path.name}")
    finally:
        os.close(directory)
    try:
        yield reader, writer
    finally:
        writer.close()


async def sent(path: Path, line: bytes) -> Any:
    """What it answers to this."""
    async with connected(path) as (reader, writer):
        writer.write(line)
        return json.loads(await within(reader.readline()))


async def test_a_command_is_answered_and_knows_who_asked(path: Path) -> None:
    """The name is the kernel's word, whatever the request says; the connection is over then."""
    async with serving(path), connected(path) as (reader, writer):
        writer.write(b'{"command": "echo", "words": "ja", "who": "mallory"}\n')
        answer = await within(reader.read())
    assert json.loads(answer) == {"ok": True, "said": "ja", "who": ME}
    assert answer.count(b"\n") == 1


def modes(directory: Path) -> dict[str, int]:
    """The permissions of what is there."""
    return {file.name: file.stat().st_mode & 0o777 for file in directory.iterdir()}


async def test_it_is_for_its_owner_alone(path: Path) -> None:
    """The socket and its lock; both are there only as long as they must be."""
    async with serving(path):
        assert modes(path.parent) == {path.name: 0o600, "control-desk.lock": 0o600}
    assert path.name not in modes(path.parent)


async def test_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the file's mode would let him in."""
    monkeypatch.setattr(control, "_PEER", _Peer(65534))
    async with serving(path):
        answer = await sent(path, b'{"command": "echo"}\n')
    assert answer["ok"] is False
    assert "only root and the daemon's own user" in answer["problems"][0]


class _Peer:
    """Makes the kernel name another user."""

    size = 12

    def __init__(self, uid: int) -> None:
        self._uid = uid

    def unpack(self, given: bytes) -> tuple[int, int, int]:
        return 1, self._uid, 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"\n", "one JSON object on one line"),
        (b"reload\n", "one JSON object on one line"),
        (b"\xff\xfe\n", "one JSON object on one line"),
        (b"[" * 5000 + b"\n", "one JSON object on one line"),
        (b'"reload"\n', "one JSON object"),
        (b"{}\n", "should be one of echo"),
        (b'{"command": "dance"}\n', "should be one of echo"),
        (b'{"command": ["echo"]}\n', "should be one of echo"),
        (b'{"command": "' + b"e" * control.MOST_BYTES + b'"}\n', f"at most {control.MOST_BYTES} bytes"),
    ],
)
async def test_what_is_no_command_is_told(path: Path, line: bytes, told: str) -> None:
    """And the next one is answered all the same."""
    async with serving(path):
        answer = await sent(path, line)
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]
    assert answer["ok"] is False
    assert told in answer["problems"][0]


@pytest.mark.parametrize("end", [b'"}\n', b""])
async def test_a_line_of_any_length_is_heard_to_its_end(path: Path, end: bytes) -> None:
    """Who wrote two megabytes is told what was wrong, not cut off; also where the line never ended."""
    async with serving(path), connected(path) as (reader, writer):
        writer.write(b'{"command": "' + b"e" * 2_000_000 + end)
        writer.write_eof()
        await within(writer.drain())
        answer = json.loads(await within(reader.read()))
    assert answer["ok"] is False
    assert f"too long: should be one JSON object on one line, at most {control.MOST_BYTES}" in answer["problems"][0]


async def test_who_breaks_off_or_says_nothing_holds_nobody_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line, and none at all until the time is over."""
    monkeypatch.setattr(control, "READ_SECONDS", 0.05)
    async with serving(path):
        async with connected(path) as (_, writer):
            writer.write(b'{"command": ')
            writer.write_eof()
            async with connected(path) as (reader, _):
                assert "no line came" in (await within(reader.readline())).decode()
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (SettingsError("site.toml cannot be used:\n  a\n  b"), ["site.toml cannot be used:", "  a", "  b"]),
        (Refused("no such queue"), ["no such queue"]),
        (PeerUnavailable("this daemon does not lead"), ["this daemon does not lead"]),
        (ValueError("secret words"), ["this is a defect of irmacall: its log says more"]),
    ],
)
async def test_what_goes_wrong_is_told_line_by_line(path: Path, raised: Exception, told: list[str]) -> None:
    """Our own errors in their words, a defect without its words; the daemon goes on."""

    async def fails(request: Request, who: str) -> Answer:
        raise raised

    async with serving(path, fail=fails):
        assert await sent(path, b'{"command": "fail"}\n') == {"ok": False, "problems": told}
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]


async def test_a_command_that_hangs_keeps_nobody_from_another(path: Path) -> None:
    """The second is answered while the first is still being done."""
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow(request: Request, who: str) -> Answer:
        began.set()
        await may_end.wait()
        return {}

    async with serving(path, slow=slow):
        first = asyncio.create_task(sent(path, b'{"command": "slow"}\n'))
        await within(began.wait())
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]
        assert not first.done()
        may_end.set()
        assert (await within(first))["ok"]


async def test_a_command_that_takes_too_long_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked is told, and the next one has its turn."""
    monkeypatch.setattr(control, "WORK_SECONDS", 0.05)

    async def endless(request: Request, who: str) -> Answer:
        await asyncio.Event().wait()
        return {}

    async with serving(path, endless=endless):
        answer = await sent(path, b'{"command": "endless"}\n')
        assert answer["ok"] is False
        assert "not done within" in answer["problems"][0]
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]


async def test_a_stop_does_not_wait_for_a_command(path: Path) -> None:
    """Who still waits for an answer finds the connection closed."""
    began = asyncio.Event()

    async def endless(request: Request, who: str) -> Answer:
        began.set()
        await asyncio.Event().wait()
        return {}

    async with connected_while(serving(path, endless=endless), path) as (reader, writer, stop):
        writer.write(b'{"command": "endless"}\n')
        await within(began.wait())
        await within(stop())
        assert await within(reader.read()) == b""


@asynccontextmanager
async def connected_while(
    serves: AbstractAsyncContextManager[None], path: Path
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, Callable[[], Any]]]:
    """A connection, and what closes the other side."""
    await serves.__aenter__()
    async with connected(path) as (reader, writer):
        yield reader, writer, lambda: serves.__aexit__(None, None, None)


async def test_a_dead_daemons_socket_is_replaced(path: Path) -> None:
    """What a kill left behind: the file, and a lock that nobody holds."""
    with socket.socket(socket.AF_UNIX) as dead:
        directory = os.open(path.parent, os.O_RDONLY)
        dead.bind(f"/proc/self/fd/{directory}/{path.name}")
        os.close(directory)
    path.with_suffix(".lock").touch()
    async with serving(path):
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]


async def test_a_living_daemons_socket_is_left_alone(path: Path) -> None:
    """The second daemon says so and does not begin; the first is asked as before."""
    async with serving(path):
        with pytest.raises(SettingsError, match="is held by a daemon that runs"):
            async with serving(path):
                pytest.fail("two daemons have one socket")
        assert (await sent(path, b'{"command": "echo"}\n'))["ok"]


async def test_a_socket_that_cannot_be_made_is_told(path: Path) -> None:
    """By its path, and why."""
    os.mkdir(path)
    with pytest.raises(SettingsError, match=r"control-desk\.sock cannot be made"):
        async with serving(path):
            pytest.fail("a directory became a socket")
