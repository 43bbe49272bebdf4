"""Where the phones of a lab stand: starts their process (lab/softphone.py), sends it orders, hands out its news."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab import frozen
from lab.errors import LabError
from lab.paths import CHECKOUT, phones_python
from lab.process import TIED

News = dict[str, Any]
_REPLY_S = 10.0


class Rack:
    """The process with the phones. News of a phone or call goes to whoever listens for it."""

    def __init__(self, address: str, directory: Path, *, own_python: Path | None = None) -> None:
        """`address` is what the phones call from; WAV files of what they hear, and logs, go to `directory`.

        `own_python`: run on that Python (lab/setup/phones.py), even where this one has pjsua2.
        """
        self._own_python = own_python
        self.address, self.directory = address, directory
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Future[News]] = {}
        self._open = asyncio.Event()
        self._listeners: dict[tuple[str, object], Callable[[News], None]] = {}
        self._unheard: dict[tuple[str, object], list[News]] = {}

    def new_name(self, user: str) -> str:
        """A name for one more phone of this user: two may try the same account."""
        return f"{user}.{next(self._numbers)}"

    def listen(self, kind: str, name: object, listener: Callable[[News], None]) -> None:
        """Give the news of one (`phone`, its name) or (`call`, its number) to `listener`."""
        self._listeners[kind, name] = listener
        for news in self._unheard.pop((kind, name), []):
            listener(news)  # came before whoever ordered the call was told its number

    async def start(self) -> None:
        """Start the process and wait until its SIP stack is up."""
        self.directory.mkdir(parents=True, exist_ok=True)
        python, env = _interpreter(self._own_python)
        with (self.directory / "softphone.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*TIED, python, "-m", "lab.softphone", self.address, str(self.directory)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=CHECKOUT,
                env={**os.environ, **env},
                start_new_session=True,
            )
        self._reading = asyncio.create_task(self._read(), name="phones")
        opening = asyncio.create_task(self._open.wait(), name="phones open")
        await asyncio.wait({opening, self._reading}, timeout=20, return_when="FIRST_COMPLETED")
        opening.cancel()
        if not self._open.is_set():
            await self.stop()
            raise LabError(f"the phones do not start: see {self.directory}/softphone.log")

    async def order(self, do: str, **details: object) -> News:
        """Have one thing done and wait for the reply. Raises LabError when pjsua2 refuses."""
        assert self._process is not None
        assert self._process.stdin is not None
        if self._process.returncode is not None:
            raise LabError(f"the process of the phones has ended: see {self.directory}/softphone.log")
        number = next(self._numbers)
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"id": number, "do": do, **details}).encode() + b"\n")
        async with asyncio.timeout(_REPLY_S):
            news: News = await reply
        if "error" in news:
            raise LabError(f"phone: {do}: {news['error']}")
        return news

    def freeze(self) -> None:
        """Every phone of the rack falls silent, as if its cable were pulled."""
        assert self._process is not None
        frozen.freeze(self._process.pid)

    def wake(self) -> None:
        """They go on after `freeze`."""
        assert self._process is not None
        frozen.wake(self._process.pid)

    async def stop(self) -> None:
        """End the process: it hangs up and unregisters if it can in 3 s."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        if self._process.returncode is None:
            self.wake()
            self._process.stdin.close()
        try:
            async with asyncio.timeout(3):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._hand_out(json.loads(line))
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result({"error": "the process of the phones has ended"})

    def _hand_out(self, news: News) -> None:
        if news["event"] == "open":
            self._open.set()
        elif news["event"] == "reply":
            reply = self._replies.pop(news["id"])
            if not reply.done():
                reply.set_result(news)
        else:
            # An incoming call is its phone's news; all that follows is its own.
            whose = ("phone", news["phone"]) if "phone" in news else ("call", news["call"])
            listener = self._listeners.get(whose)
            if listener is None:
                self._unheard.setdefault(whose, []).append(news)
            else:
                listener(news)


def _interpreter(own: Path | None) -> tuple[str, dict[str, str]]:
    """The Python that the phones run on, and what it must be told in its environment."""
    if own is None and importlib.util.find_spec("pjsua2") is not None:
        return sys.executable, {}
    home = own or phones_python()
    told = {"PYTHONHOME": str(home / "usr"), "PYTHONPATH": f"{home / 'site'}:{CHECKOUT}"}
    return str(home / "usr" / "bin" / "python3.11"), told
