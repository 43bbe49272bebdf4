"""A word with the daemon that runs on this machine, over its control socket (see `service.control`)."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from irmacall.errors import PeerError, PeerUnavailable, Refused, SettingsError
from irmacall.settings import Settings

PATIENCE_SECONDS: Final = 40.0
"""Longer than the daemon's own for one command: it is the daemon that says what took too long."""
_MOST_BYTES: Final = 1_000_000

Answer = Mapping[str, Any]


def ask(settings: Settings, desk: str, request: Mapping[str, object]) -> Answer:
    """What the daemon of this desk answers. Raises Refused with its problems, PeerError where there is none."""
    answer = _parsed(_said(settings.control(desk), request))
    if answer.get("ok") is not True:
        raise Refused("\n".join(map(str, answer.get("problems", ["the daemon did not say why"]))))
    return answer


def the_desk(settings: Settings) -> str:
    """The one desk of this site file. Raises SettingsError where there are more."""
    if len(settings.desks) != 1:
        raise SettingsError(f"desk: {len(settings.desks)} are configured; a daemon serves one: name its site file")
    return settings.desks[0].id


def _said(path: Path, request: Mapping[str, object]) -> bytes:
    # By way of the directory's descriptor: a socket's address has room for 107 bytes, and a path may be longer.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
            daemon.settimeout(PATIENCE_SECONDS)
            daemon.connect(f"/proc/self/fd/{directory}/{path.name}")
            daemon.sendall(json.dumps(request).encode() + b"\n")
            with daemon.makefile("rb") as answer:
                return answer.readline(_MOST_BYTES)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise PeerUnavailable(f"no daemon runs here ({path}): {_instead(path)}") from error
    except PermissionError as error:
        raise PeerUnavailable(f"{path} is not for this user: do this as root or as the daemon's own user") from error
    except OSError as error:
        raise PeerUnavailable(f"the daemon at {path} does not answer: {error.strerror or error}") from error
    finally:
        os.close(directory)


def _instead(path: Path) -> str:
    """What may help where nobody listens: a daemon that was not found by its name has a socket of another one."""
    others = [
        file.stem.removeprefix("control-") for file in sorted(path.parent.glob("control-*.sock")) if file != path
    ]
    if not others:
        return "ask on its own machine, or start it"
    return f"desk.id is never changed, and {', '.join(others)} was served from here: was it that? If not, start it"


def _parsed(line: bytes) -> Answer:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise PeerError("the daemon broke off: its log says why") from error
    if not isinstance(answer, dict):
        raise PeerError("the daemon answered what it never answers: is it of another version?")
    return answer
