"""Looks for words in all that a lab has: files, logs, both redis, Asterisk's own answers, a browser's memory."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import aiohttp
from redis.asyncio import Redis

from lab.town import Town

#: What is the citizen's own: her app and her telephone (and who gave her what she has).
HERS = ("wallet", "phones", "lines", "late")


def forms(word: str) -> Iterator[bytes]:
    """As it may stand in a file: plain, in UTF-16, or somewhere within base64."""
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    for before in range(3):  # its place among the groups of three changes all of its letters
        skip = -(-before * 4 // 3)
        yield base64.b64encode(b"\0" * before + plain)[skip : -(-len(plain) // 3) * 4 - 4]


class Search:
    """These words: a name, codes. A place is named when one is found in it."""

    def __init__(self, town: Town, words: Iterable[str]) -> None:
        self._town = town
        self._forms = [form for word in words for form in forms(word)]

    def holds(self, content: bytes | str) -> bool:
        """Whether one of the words stands in it."""
        content = content.encode() if isinstance(content, str) else content
        return any(form in content for form in self._forms)

    async def everywhere(self) -> list[str]:
        """The places where one of the words stands now."""
        found = await asyncio.to_thread(lambda: [str(path) for path in self._files() if self._in_file(path)])
        found += [name for name, told in await self._told() if self.holds(told)]
        return found

    def _files(self) -> Iterator[Path]:
        """Every file of the lab's servers and browsers, and how each server was started."""
        lab = self._town.lab
        for root in (lab.directory, *(node.directory for node in lab.nodes)):
            for path in root.rglob("*"):
                if path.is_file() and not any(part.startswith(HERS) for part in path.relative_to(root).parts):
                    yield path
        for pid in self._pids():
            yield from (Path(f"/proc/{pid}/cmdline"), Path(f"/proc/{pid}/environ"))

    def _pids(self) -> list[int]:
        lab, town = self._town.lab, self._town
        programs = [lab.desk_redis.program, lab.vault_redis.program, town.daemon, town.yivi.program]
        return [program.pid for program in (*programs, *(node.program for node in lab.nodes))]

    def _in_file(self, path: Path) -> bool:
        with suppress(FileNotFoundError):  # gone meanwhile
            return self.holds(path.read_bytes())
        return False

    async def _told(self) -> list[tuple[str, bytes | str]]:
        """What servers answer when they are asked for all that they know."""
        lab = self._town.lab
        told: list[tuple[str, bytes | str]] = []
        for server in (lab.desk_redis, lab.vault_redis):
            told += [(f"redis {server.role.name} {key!r}", value) for key, value in await _all_of(server.url)]
        for node in lab.nodes:
            for question in ("core show channels verbose", "dialplan show globals", "database show"):
                told.append((f"{node.name}: {question}", await node.cli(question)))
            told += [(f"{node.name}: {what}", text) for what, text in await self._over_ari(node.name)]
        return told

    async def _over_ari(self, name: str) -> list[tuple[str, str]]:
        """Channels with all their variables, bridges, and what is played: the way that a channel tells everything."""
        node = next(node for node in self._town.lab.nodes if node.name == name)
        account, listener = node.values.ari_account, node.values.ari
        told = []
        headers = {"Authorization": aiohttp.encode_basic_auth(account.user, account.password)}
        async with aiohttp.ClientSession(headers=headers) as http:
            for what in ("channels", "bridges", "endpoints", "applications"):
                async with http.get(f"http://{listener.host}:{listener.port}/ari/{what}") as answer:
                    told.append((what, await answer.text()))
        for channel in json.loads(told[0][1]):
            told.append((channel["id"], await node.cli(f"core show channel {channel['name']}")))
        return told


async def _all_of(url: str) -> list[tuple[bytes, bytes]]:
    """Every key with what `DUMP` gives of it, and with its content where that is a hash (in which it is packed)."""
    found: list[tuple[bytes, bytes]] = []
    async with Redis.from_url(url) as redis:
        for key in cast(list[bytes], await redis.keys("*")):
            found.append((key, key + (await redis.dump(key) or b"")))
            if await redis.type(key) == b"hash":
                fields = cast(dict[bytes, bytes], await redis.hgetall(key))
                found.append((key, b"\n".join(name + b"=" + value for name, value in fields.items())))
    return found


@asynccontextmanager
async def overheard(url: str) -> AsyncIterator[list[str]]:
    """Every command that this redis is given meanwhile."""
    heard: list[str] = []
    async with Redis.from_url(url) as redis, redis.monitor() as monitor:

        async def listen() -> None:
            async for command in monitor.listen():
                heard.append(str(command["command"]))

        task = asyncio.create_task(listen(), name="monitor")
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
