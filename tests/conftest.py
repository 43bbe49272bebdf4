"""What every test may rely on: nobody outside this machine has a say in it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

_real = socket.getaddrinfo


@pytest.fixture(scope="session", autouse=True)
def no_name_server() -> Iterator[None]:
    """Names but localhost are unknown at once, as RFC 6761 (6.4) has it for `.invalid`.

    A name server may take seconds to say so, or say nothing at all: a test of what is told of an unknown name would
    then see a silence instead.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", _looked_up)
        yield


def _looked_up(host: str | bytes | None, *service: Any, **hints: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name and name != "localhost" and not _is_address(name):
        raise socket.gaierror(socket.EAI_NONAME, f"{name}: no test asks a name server")
    return _real(host, *service, **hints)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
