"""One AMI connection. panoramisk speaks the protocol; reconnecting is ours.

panoramisk's own reconnect sends again whatever had no answer yet. An action that is repeated behind its
sender's back is not ours, so each connection here is a Manager of its own that ends with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from irmacall.core.ids import NodeName
from irmacall.errors import PeerError, PeerUnavailable

# panoramisk writes every message to its log at DEBUG, callers' numbers and all.
_quiet = logging.getLogger("irmacall.ami.panoramisk")
_quiet.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class AmiSettings:
    """How to reach one node's manager interface. `timeout` is seconds for one answer."""

    name: NodeName
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    timeout: float = 5.0


class Ami:
    """An open, logged-in connection."""

    def __init__(self, manager: _Manager, settings: AmiSettings) -> None:
        self._manager = manager
        self._settings = settings

    async def ask(self, action: str, **headers: str) -> dict[str, str]:
        """The one message that answers an action, keys in lower case.

        Raises PeerError when Asterisk refuses it, PeerUnavailable when it does not answer.
        """
        answer = await self._send(action, headers, as_list=False)
        if not answer.success:
            raise PeerError(f"AMI {action}: refused")
        return _plain(answer)

    async def list(self, action: str, **headers: str) -> tuple[dict[str, str], ...]:
        """The events that answer a list action, without its beginning and its end. Raises as `ask` does."""
        answers = await self._send(action, headers, as_list=True)
        if not answers[0].success:
            raise PeerError(f"AMI {action}: refused")
        return tuple(_plain(answer) for answer in answers[1:-1])

    async def _send(self, action: str, headers: dict[str, str], as_list: bool) -> Any:
        assert not any("\r" in value or "\n" in value for value in headers.values()), "a header is one line"
        answer = self._manager.send_action({"Action": action, **headers}, as_list=as_list)
        return await _answered(self._manager, answer, self._settings.timeout, action)


class _Manager(Manager):  # type: ignore[misc]
    """panoramisk's manager without its reconnect: `lost` is set when the connection ends."""

    def __init__(self, **config: Any) -> None:
        super().__init__(**config)
        self.lost: asyncio.Future[None] = self.loop.create_future()

    def connection_lost(self, exc: object) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        self.close()


@asynccontextmanager
async def connected(settings: AmiSettings) -> AsyncIterator[Ami]:
    """Connect and log in. Raises PeerUnavailable where nobody answers, PeerError where the login is refused."""
    loop = asyncio.get_running_loop()
    manager = _Manager(username=settings.user, secret=settings.password, events="off", loop=loop, log=_quiet)
    opening: asyncio.Future[Any] = loop.create_future()
    try:
        async with asyncio.timeout(settings.timeout):
            opening.set_result(await loop.create_connection(AMIProtocol, settings.host, settings.port))
    except (OSError, TimeoutError) as error:
        raise PeerUnavailable(f"AMI: {type(error).__name__}") from None
    # Sends the login, too.
    manager.connection_made(opening)
    try:
        answer = await _answered(manager, manager.authenticated_future, settings.timeout, "Login")
        if not answer.success:
            raise PeerError("AMI Login: refused")
        yield Ami(manager, settings)
    finally:
        manager.close()


async def _answered(manager: _Manager, answer: asyncio.Future[Any], timeout: float, action: str) -> Any:
    await asyncio.wait({answer, manager.lost}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    if answer.done():
        return answer.result()
    raise PeerUnavailable(f"AMI {action}: {'connection lost' if manager.lost.done() else 'no answer'}")


def _plain(message: Any) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in message.items()}
