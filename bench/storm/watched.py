"""How the two processes that only read reach Asterisk's nodes and the desk; and files of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import aiohttp


@dataclass(frozen=True, slots=True)
class Node:
    """One Asterisk's ARI."""

    name: str
    url: str
    user: str
    password: str

    async def read(self, http: aiohttp.ClientSession, what: str) -> list[dict[str, Any]]:
        """All bridges, or all channels. Raises aiohttp.ClientError."""
        auth = aiohttp.BasicAuth(self.user, self.password)
        async with http.get(f"{self.url}/ari/{what}", auth=auth) as answer:
            answer.raise_for_status()
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def channels(self, http: aiohttp.ClientSession) -> Mapping[str, str]:
        """Channel → endpoint. Raises aiohttp.ClientError."""
        return {each["id"]: endpoint_of(each["name"]) for each in await self.read(http, "channels")}


def endpoint_of(name: str) -> str:
    """The endpoint of a channel by its name, "PJSIP/agent1-0000002a"."""
    return name.partition("/")[2].rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Login:
    """A session of somebody who works here. `seat`: the one that she works in."""

    endpoint: str
    seat: bool
    key: str


@dataclass(frozen=True, slots=True)
class Watched:
    """All that the two processes need to know. `authority`: the certificate that the staff's origin is trusted by."""

    nodes: list[Node]
    logins: list[Login]
    staff_url: str
    authority: str

    def write(self, path: Path) -> None:
        """For its owner alone: there are passwords in it."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Watched:
        """What `write` wrote."""
        told = json.loads(path.read_text())
        nodes, logins = [Node(**each) for each in told["nodes"]], [Login(**each) for each in told["logins"]]
        return cls(nodes, logins, told["staff_url"], told["authority"])


def note(out: TextIO, line: Mapping[str, object]) -> None:
    """One more line, there to be read at once."""
    out.write(json.dumps(line) + "\n")
    out.flush()


def noted(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line; the last may have been cut off."""
    with path.open() as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
