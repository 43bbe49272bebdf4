"""A double of Asterisk's ARI: the same doors, a small world behind them, and faults that a test asks for.

It passes the same contract tests as Asterisk itself (test_contract.py); what only it can do is to fail on demand.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, encode_basic_auth, web

from irmacall.core.ids import ChannelId
from lab.listening import listening
from tests.ari.fake_world import World


@dataclass
class Fault:
    """What the double does instead of answering properly: waits, then answers `status` and `body`."""

    status: int = 500
    body: str = ""
    delay: float = 0.0
    times: int = 1_000_000


@dataclass
class FakeAsterisk:
    """One double. `desk`'s numbers lead into `irmacall-<desk>`; the phone `desk_phone` can be rung."""

    desk: str = "dorp"
    desk_phone: str = "static1"
    user: str = "irmacall"
    password: str = "only-for-the-double"
    version: str = "22.10.1"
    startup_time: str = "2026-11-22T07:43:53.982+0000"
    sounds: dict[str, list[str]] = field(default_factory=dict)
    """What it can play, by language."""
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    holds: dict[tuple[str, str], asyncio.Event] = field(default_factory=dict)
    """Requests that are answered, properly, only when their event is set."""
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.world = World(self.emit, {self.desk_phone: "offline", "agent1": "online"})
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.filters: dict[str, list[str]] = {}
        self.variables: dict[str, str] = {}
        self.released = asyncio.Event()
        self._news = asyncio.Condition()
        app = web.Application()
        app.router.add_get("/ari/events", self._events)
        app.router.add_route("*", "/ari/{path:.*}", self._rest)
        self._runner = await listening(app)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        for socket in list(self.sockets.values()):
            await socket.close()
        await self._runner.cleanup()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._runner.addresses[0][:2]
        return str(host), int(port)

    # -- what a test makes happen ---------------------------------------------------------------------------

    async def arrive(self) -> ChannelId:
        """A caller dials the desk's number and is handed to its application, if that is there."""
        return self.world.caller(f"irmacall-{self.desk}", f"caller,{self.desk}", self._connected())

    async def press(self, channel: ChannelId, key: str) -> None:
        """The caller presses a key."""
        self.world.press(channel, key)

    async def hang_up(self, channel: ChannelId) -> None:
        """The caller hangs up."""
        self.world.gone(channel, cause=16)

    async def variable(self, name: str) -> str:
        """A global variable."""
        return self.variables.get(name, "")

    async def plays(self, bridge: str) -> bool:
        """Whether music plays in this bridge."""
        return self.world.bridges[bridge].music

    async def steal(self, app: str) -> None:
        """Another socket takes the application over."""
        socket = self.sockets[app]
        await socket.send_str(json.dumps({"type": "ApplicationReplaced", "application": app}))

    async def say_raw(self, text: str) -> None:
        """Send a frame as it stands to every application."""
        for socket in self.sockets.values():
            await socket.send_str(text)

    async def say_bytes(self, frame: bytes) -> None:
        """Send a binary frame to every application."""
        for socket in self.sockets.values():
            await socket.send_bytes(frame)

    async def drop(self) -> None:
        """Close every event socket."""
        for socket in list(self.sockets.values()):
            await socket.close()

    async def until_seen(self, method: str, path: str) -> None:
        """Wait for a request."""
        async with self._news, asyncio.timeout(5):
            await self._news.wait_for(lambda: (method, path) in self.seen)

    def emit(self, app: str, event: dict[str, Any]) -> None:
        """Send an event to an application, unless it asked not to hear such ones."""
        socket = self.sockets.get(app)
        if socket is None or socket.closed or event["type"] in self.filters.get(app, []):
            return
        task = asyncio.ensure_future(socket.send_str(json.dumps({"application": app, **event})))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    # -- its doors ------------------------------------------------------------------------------------------

    def _connected(self) -> bool:
        socket = self.sockets.get(f"irmacall-{self.desk}")
        return socket is not None and not socket.closed

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        self._check(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        app = request.query["app"]
        self.sockets[app] = socket
        async for frame in socket:
            assert frame.type is not WSMsgType.BINARY
        if self.sockets.get(app) is socket:
            del self.sockets[app]
        return socket

    async def _rest(self, request: web.Request) -> web.Response:
        self._check(request)
        path = request.match_info["path"]
        await self._note(request.method, path)
        if held := self.holds.get((request.method, path)):
            await held.wait()
        fault = self.faults.get((request.method, path))
        if fault is not None and fault.times > 0:
            fault.times -= 1
            if fault.delay:
                await self._wait(fault.delay)
            return web.Response(status=fault.status, text=fault.body)
        body = await request.json() if request.can_read_body else {}
        status, answer = self._answer(request.method, path.split("/"), dict(request.query), body)
        return web.Response(status=status) if answer is None else web.json_response(answer, status=status)

    async def _note(self, method: str, path: str) -> None:
        async with self._news:
            self.seen.append((method, path))
            self._news.notify_all()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.released.wait()
        except TimeoutError:
            return

    def _check(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != encode_basic_auth(self.user, self.password):
            raise web.HTTPUnauthorized

    def _answer(self, method: str, path: list[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
        match method, path:
            case "GET", ["asterisk", "info"]:
                info = {"system": {"version": self.version}, "status": {"startup_time": self.startup_time}}
                return 200, info
            case "GET", ["sounds"]:
                found = [{"id": name, "formats": []} for name in self.sounds.get(query["lang"], ())]
                return (200, found) if found else (404, {"message": "No sounds found that matched the query"})
            case "POST", ["asterisk", "variable"]:
                self.variables[query["variable"]] = query["value"]
                return 204, None
            case "PUT", ["applications", app, "eventFilter"]:
                self.filters[app] = [item["type"] for item in body["disallowed"]]
                return 200, {"name": app}
            case "POST", ["applications", app, "subscription"]:
                return self.world.subscribe(app, query["eventSource"].split(","))
            case _:
                return self.world.answer(method, path, query)
