"""A citizen of a benchmark: she shares who she is, keys in her code, and wipes; without a browser of her own."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from lab.phone import PhoneCall
from lab.town import Town
from lab.wallet import Wallet


async def press(call: PhoneCall, code: str) -> None:
    """By SIP INFO, one key after the other as a dialer does: in one burst two that are alike run into one."""
    for key in code:
        await call.key_in(key, info=True)
        await asyncio.sleep(0.08)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who disclosed, by her page's own requests but without her browser, which is not what is measured."""

    code: str
    http: aiohttp.ClientSession
    origin: str

    async def wipes(self) -> float:
        """She presses "wis mijn gegevens nu"; when (epoch, ms) that left."""
        async with self.http.get("/bellen") as page:
            token = (await page.text()).split('name="token" value="', 1)[1].split('"', 1)[0]
        at, headers = time.time() * 1000, {"Origin": self.origin}
        async with self.http.post(
            "/bellen/wis", data={"token": token}, headers=headers, allow_redirects=False
        ) as done:
            assert done.status == 303, f"wiping answers {done.status}"
        return at


@asynccontextmanager
async def disclosing(town: Town, wallet: Wallet) -> AsyncIterator[Citizen]:
    """Somebody who has shared who she is, and has a code."""
    trust = ssl.create_default_context(cafile=str(town.lab.ca.root))
    headers = {"Origin": town.public_url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    connector, jar = aiohttp.TCPConnector(ssl=trust), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(town.public_url, connector=connector, cookie_jar=jar) as http:
        async with http.post("/onderwerp/paspoort/begin", data="{}", headers=headers) as answer:
            answer.raise_for_status()
            pointer = (await answer.json())["sessionPtr"]
        outcome = await wallet.disclose(pointer)
        assert outcome.succeeded, f"the wallet says {outcome.status}"
        async with http.get("/bellen/stream") as stream:
            async for line in stream.content:  # a look for every beat and every change
                if line.startswith(b"event:") and (code := await _code(http)):
                    break
            else:
                raise AssertionError("the page's stream ended before there was a code")
        yield Citizen(code, http, town.public_url)


async def _code(http: aiohttp.ClientSession) -> str | None:
    async with http.get("/bellen/stand") as answer:
        code: str | None = (await answer.json()).get("code")
    return code


async def disclosed(town: Town, wallet: Wallet) -> str:
    """The code of somebody who has shared who she is, and has left her page."""
    async with disclosing(town, wallet) as citizen:
        return citizen.code
