"""HTTP/1.1 answers out of a stream of bytes, as Asterisk writes them: a status, a length, a body. Pure.

Asterisk tells the length of every body and never sends one in chunks (main/http.c): whatever else comes is
refused rather than guessed at (RFC 9112 6.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from irmacall.ari.fields import WireError

LONGEST_HEAD: Final = 16 * 1024
LONGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes. GET /channels of a full node is about 1.5 kB a channel."""

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([2-5][0-9]{2})(?: |$)")
_LENGTH: Final = re.compile(rb"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk answered: an HTTP status and a body that may be empty. `last`: it closes the connection."""

    status: int
    body: bytes
    last: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    length: int
    last: bool


class AnswerReader:
    """Takes bytes as they come, and gives one answer when it is whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._head: _Head | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing of a next answer has come."""
        return self._head is None and not self._bytes

    def feed(self, data: bytes) -> Reply | None:
        """Take more bytes. Raises WireError where they are no answer of Asterisk's."""
        self._bytes += data
        if self._head is None:
            end = self._bytes.find(b"\r\n\r\n")
            if end > LONGEST_HEAD or (end < 0 and len(self._bytes) > LONGEST_HEAD):
                raise WireError("answer: head too long")
            if end < 0:
                return None
            self._head = _parse_head(bytes(self._bytes[:end]))
            del self._bytes[: end + 4]
        return self._take(self._head)

    def _take(self, head: _Head) -> Reply | None:
        if len(self._bytes) < head.length:
            return None
        body = bytes(self._bytes[: head.length])
        del self._bytes[: head.length]
        self._head = None
        return Reply(head.status, body, head.last)


@lru_cache(64)
def _parse_head(head: bytes) -> _Head:
    """Within one second most heads are the same, to the byte."""
    status_line, *lines = head.split(b"\r\n")
    status = _STATUS.match(status_line)
    if status is None:
        raise WireError("answer: no status")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            raise WireError("answer: no header")
        headers[name.lower()] = value.strip()
    length = headers.get(b"content-length", b"0" if status[1] == b"204" else b"")
    if b"transfer-encoding" in headers or not _LENGTH.fullmatch(length) or int(length) > LONGEST_BODY:
        raise WireError("answer: no length that we take")
    return _Head(int(status[1]), int(length), headers.get(b"connection", b"").lower() == b"close")
