"""Reading what is typed: lines from a terminal, a pipe or a file, and the codes and sessions in them."""

from __future__ import annotations

import asyncio
import re
import select
import sys
import threading
from collections.abc import AsyncIterator

from lab.errors import LabError


async def lines() -> AsyncIterator[str]:
    """Each line of standard input, whatever kind of file that is, until it ends."""
    if sys.stdin is None:  # closed by whoever started us
        return
    typed: asyncio.Queue[str | None] = asyncio.Queue()
    # A thread, since no event loop can wait for a file or /dev/null; one that ends with the demo, not with the input.
    threading.Thread(target=_read, args=(asyncio.get_running_loop(), typed), daemon=True).start()
    while (line := await typed.get()) is not None:
        yield line


def _read(loop: asyncio.AbstractEventLoop, typed: asyncio.Queue[str | None]) -> None:
    # Unbuffered: Python could not end while a thread reads with the buffer's lock in hand.
    with open(0, "rb", buffering=0, closefd=False) as file:
        # Waited for first: a demo in the background is stopped by the terminal when it reads what is not there.
        while select.select([file], [], []) and (line := file.readline()):
            loop.call_soon_threadsafe(typed.put_nowait, line.decode(errors="replace"))
    loop.call_soon_threadsafe(typed.put_nowait, None)


def squeezed(line: str) -> str:
    """The words of a line, with one space between them."""
    return " ".join(line.split())


def code(text: str) -> str:
    """The ten digits of a code, spaced as one likes, or "" for none. Raises LabError for anything else."""
    digits = "".join(text.split())
    if digits and not re.fullmatch("[0-9]{10}", digits):
        raise LabError("a code has ten digits; `call` alone calls without one")
    return digits


def keys(text: str) -> str:
    """Keys of a telephone, spaced as one likes. Raises LabError for anything else, and for none."""
    pressed = "".join(text.split())
    if not re.fullmatch("[0-9*#]+", pressed):
        raise LabError("keys are 0 to 9, * and #: `key 1`, or `key #`")
    return pressed


def session(text: str, server: str) -> dict[str, str]:
    """The session pointer in what a QR code holds, or around it. Raises LabError if it is not this server's."""
    found = re.search(rf'{re.escape(server.rstrip("/"))}/[^"\s]+', text)
    if found is None:
        raise LabError(f"that is no session of the demo's yivi server, {server}")
    return {"u": found[0], "irmaqr": "disclosing"}
