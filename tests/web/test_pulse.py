"""The beat of all streams: who is alive, who is silent, and who is ended; without a socket."""

from __future__ import annotations

import asyncio

import pytest

from irmacall.errors import PeerError
from irmacall.web import pulse
from irmacall.web.pulse import Pulse, SessionOver, Stream, TooSlow


class _Wire(asyncio.Transport):
    """Takes what is written, and says how much still waits."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.waiting = 0
        self.gone = False
        self.wrote = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))
        self.wrote.set()

    def get_write_buffer_size(self) -> int:
        if self.gone:
            raise AttributeError("asyncio's TLS transport has no buffer any more")
        return self.waiting

    def is_closing(self) -> bool:
        return self.gone


class _Login:
    """Whether it stands, and what asking for it costs."""

    def __init__(self) -> None:
        self.stands = True
        self.fails: Exception | None = None
        self.asked = asyncio.Event()

    async def __call__(self) -> bool:
        self.asked.set()
        if self.fails is not None:
            raise self.fails
        return self.stands


async def _serve(pulse: Pulse, wire: _Wire, login: _Login) -> Exception | None:
    """As the app does: why the pulse ended it, None where it never did."""
    task = asyncio.current_task()
    assert task is not None
    stream = Stream(wire, task, login)
    try:
        stream.must_go_on(await login())
        pulse.add(stream)
        try:
            await asyncio.Event().wait()
        finally:
            pulse.remove(stream)
    except asyncio.CancelledError:
        task.uncancel()
    return stream.ended


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(pulse, "CHECK_SECONDS", 0.05)


async def _ended(serving: asyncio.Task[Exception | None]) -> Exception | None:
    return await asyncio.wait_for(serving, 5)


async def _beats(wire: _Wire, number: int) -> None:
    async with asyncio.timeout(5):
        while sum(b"event: beat" in each for each in wire.written) < number:
            wire.wrote.clear()
            await wire.wrote.wait()


async def test_events_are_chunks_of_http() -> None:
    """What is written is one chunk of HTTP/1.1 for each event (RFC 9112, 7.1)."""
    wire = _Wire()
    task = asyncio.current_task()
    assert task is not None
    Stream(wire, task, _Login()).write(b"event: panel\ndata:\n\n")
    assert wire.written == [b"14\r\nevent: panel\ndata:\n\n\r\n"]


async def test_each_stream_beats_and_one_that_ends_leaves_the_others() -> None:
    """Two streams beat; one's reader goes, which ends that one alone."""
    pulse_, here, gone, login = Pulse(), _Wire(), _Wire(), _Login()
    staying = asyncio.create_task(_serve(pulse_, here, login))
    leaving = asyncio.create_task(_serve(pulse_, gone, login))
    await _beats(here, 2)
    await _beats(gone, 2)
    gone.gone = True
    assert isinstance(await _ended(leaving), ConnectionResetError)
    await _beats(here, len(here.written) + 2)
    assert not staying.done()
    staying.cancel()
    await _ended(staying)


async def test_a_login_that_is_over_ends_its_stream() -> None:
    """It is asked again and again."""
    login = _Login()
    serving = asyncio.create_task(_serve(Pulse(), _Wire(), login))
    await login.asked.wait()
    login.stands = False
    assert isinstance(await _ended(serving), SessionOver)


@pytest.mark.parametrize("error", [PeerError("the file fails"), RuntimeError("a mistake of ours")])
async def test_a_login_that_cannot_be_asked_for_ends_its_stream_and_no_other(error: Exception) -> None:
    """Whatever goes wrong for one is that one's end, and is not lost."""
    pulse_, wire, bad = Pulse(), _Wire(), _Login()
    staying = asyncio.create_task(_serve(pulse_, wire, _Login()))
    failing = asyncio.create_task(_serve(pulse_, _Wire(), bad))
    await bad.asked.wait()
    bad.fails = error
    assert await _ended(failing) is error
    await _beats(wire, len(wire.written) + 2)
    staying.cancel()
    await _ended(staying)


async def test_a_stream_whose_login_nobody_can_ask_for_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer stays away, beats stop: the page blanks by itself."""
    monkeypatch.setattr(pulse, "SILENT_SECONDS", -1.0)
    wire = _Wire()
    task = asyncio.current_task()
    assert task is not None
    stream = Stream(wire, task, _Login())
    stream.must_go_on(may=True)
    stream.beat(asyncio.get_running_loop().time())
    assert wire.written == []


async def test_a_slow_reader_has_one_beat_to_catch_up() -> None:
    """Too much waiting for it twice in a row is its end; once is not."""
    wire, login = _Wire(), _Login()
    serving = asyncio.create_task(_serve(Pulse(), wire, login))
    await _beats(wire, 2)
    wire.waiting = pulse.BUFFER_BYTES + 1
    assert isinstance(await _ended(serving), TooSlow)
    task = asyncio.current_task()
    assert task is not None
    stream, now = Stream(_Wire(), task, login), asyncio.get_running_loop().time()
    for waiting in (pulse.BUFFER_BYTES + 1, 0, pulse.BUFFER_BYTES + 1):
        stream._transport.waiting = waiting  # type: ignore[attr-defined]
        stream.beat(now)


async def test_a_stream_whose_reader_has_left_is_over_before_its_first_event() -> None:
    """Left between the request and the answer: a lost connection as any other, and no error of ours."""
    wire, login, task = _Wire(), _Login(), asyncio.current_task()
    assert task is not None
    stream = Stream(wire, task, login)
    wire.gone = True
    with pytest.raises(ConnectionResetError):
        stream.write(b"retry: 1000\n\n")
    with pytest.raises(ConnectionResetError):
        stream.beat(asyncio.get_running_loop().time())
    assert wire.written == []


async def test_a_stop_of_the_app_is_no_end_of_the_pulse() -> None:
    """Who is cancelled from outside was not ended by the pulse."""
    wire = _Wire()
    serving = asyncio.create_task(_serve(Pulse(), wire, _Login()))
    await _beats(wire, 1)
    serving.cancel()
    assert await _ended(serving) is None
