"""What was seen of a server that could not be used, in words for who must mend it."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import aiohttp

_WORDS: Final = {
    errno.ECONNREFUSED: "refuses connections",
    errno.ECONNRESET: "hangs up",
    errno.EPIPE: "hangs up",
    errno.ENOENT: "is not there",
    errno.EACCES: "may not be reached by this user",
    errno.EPERM: "may not be reached from here",
    errno.ENETUNREACH: "cannot be reached: there is no way to its network",
    errno.EHOSTUNREACH: "cannot be reached: there is no way to its host",
}


def seen(error: BaseException, seconds: float) -> str:
    """As in “refuses connections”: of all that led to this error, the first that has words."""
    for cause in reversed(list(_causes(error))):
        words = _words(cause, seconds)
        if words:
            return words
    return "hangs up" if str(error).endswith("connection lost") else f"gives no answer in {seconds:g} s"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """This error and what led to it, also where a log was to be spared that (`from None`)."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _words(cause: BaseException, seconds: float) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return f"has a certificate that is not believed ({cause.verify_message.rstrip('.').lower()})"
        case ssl.SSLError():
            return f"does not speak TLS as we do ({(cause.reason or 'no reason').replace('_', ' ').lower()})"
        case socket.gaierror():
            return "has a name that is not known"
        case TimeoutError():
            return f"gives no answer in {seconds:g} s"
        case aiohttp.ServerDisconnectedError():
            return "hangs up"
        case aiohttp.ClientResponseError():
            return "answers in another language than HTTP"
        case BlockingIOError():  # how a connection begins that does not block
            return ""
        case OSError():
            return _numbered(cause)
    return ""


def _numbered(error: OSError) -> str:
    number = error.errno
    if number is None:
        # asyncio has one for a host with several addresses: Multiple exceptions: [Errno 111] …, [Errno 101] …
        found = re.search(r"\[Errno ([0-9]+)\]", str(error))
        number = int(found[1]) if found else None
    if number is None:
        return ""
    return _WORDS.get(number) or f"cannot be reached: {os.strerror(number).lower()}"
