"""One contract for the real yivi server with a real wallet, and for its double in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from irmacall.errors import DisclosureRefused, PeerError, PeerUnavailable
from irmacall.irma.client import IrmaClient
from irmacall.irma.memory import MemoryIrma
from irmacall.irma.wire import Refusal, Session, Status, verify
from lab.wallet import CITIZEN, Wallet
from lab.yivi import YiviServer
from tests.irma.asking import FIELDS, TEL, question
from tests.irma.houses import House, MemoryHouse, RealHouse


@pytest.fixture(params=["memory", "real"])
async def house(request: pytest.FixtureRequest, yivi: YiviServer, wallet: Wallet) -> AsyncIterator[House]:
    """Both, one after the other."""
    house = MemoryHouse() if request.param == "memory" else RealHouse(yivi, wallet)
    yield house
    await house.client.close()


async def test_what_was_asked_comes_back_and_is_believed(house: House) -> None:
    """A citizen who shares leads to DONE, to her attributes under our names, and to the tel: link in her app."""
    session = await house.client.start(question(), TEL)
    following = asyncio.create_task(house.client.follow(session))
    assert await house.accept(session) == TEL
    assert await following is Status.DONE
    believed = verify(await house.client.result(session), question())
    assert believed.fields == {name: CITIZEN[name] for name in FIELDS}
    assert (believed.scheme, believed.issuer) == ("irmacall-demo", "gemeente")


async def test_whether_it_knows_us_is_asked_without_a_session(house: House) -> None:
    """A server that answers and knows our token is known; nothing is begun by asking."""
    await house.client.known()


async def test_an_end_before_anybody_followed_is_seen(house: House) -> None:
    """A session that ended while nobody looked is known to have ended at the first look."""
    session = await house.client.start(question(), TEL)
    await house.accept(session)
    assert await house.client.follow(session, within_s=5) is Status.DONE


async def test_refused_in_the_app(house: House) -> None:
    """A citizen who refuses ends the session, and nothing can be believed."""
    session = await house.client.start(question(), TEL)
    following = asyncio.create_task(house.client.follow(session))
    await house.refuse(session)
    assert await following is Status.CANCELLED
    with pytest.raises(DisclosureRefused, match=Refusal.REFUSED):
        verify(await house.client.result(session), question())


async def test_cancelled_by_us(house: House) -> None:
    """A session that we cancel ends for whoever follows it, and cancelling once more is harmless."""
    session = await house.client.start(question(), TEL)
    following = asyncio.create_task(house.client.follow(session))
    await house.client.cancel(session)
    assert await following is Status.CANCELLED
    await house.client.cancel(session)


async def test_nobody_comes(house: House) -> None:
    """A session that nobody answers is followed for so long and no longer."""
    session = await house.client.start(question(), TEL)
    assert await house.client.follow(session, within_s=0.3) is Status.TIMEOUT


async def test_an_unknown_session_is_an_error_and_not_a_wait(house: House) -> None:
    """A session that the server does not know is told at once; cancelling it is harmless."""
    known = await house.client.start(question(), TEL)
    unknown = Session(type(known.token)("x" * 20), known.session_ptr, known.frontend_request)
    async with asyncio.timeout(5):
        with pytest.raises(PeerError):
            await house.client.follow(unknown)
        with pytest.raises(PeerError):
            await house.client.result(unknown)
        await house.client.cancel(unknown)


async def test_the_page_gets_no_token(house: House) -> None:
    """What the page is given holds the pointer and the page's own key, and asks for pairing; never our token."""
    session = await house.client.start(question(), TEL)
    assert set(session.session_ptr) == {"u", "irmaqr"}
    assert session.frontend_request["pairingHint"] is True
    assert session.token not in f"{session.session_ptr}{session.frontend_request}"
    assert session.token not in repr(session)


async def test_away_at_the_start(house: House, own_yivi: YiviServer) -> None:
    """A server that is away is told as such when a session should start, and no error names a token."""
    client = house.client
    if isinstance(client, MemoryIrma):
        client.away(True)
    else:
        await own_yivi.stop()
        client = IrmaClient(own_yivi.url, own_yivi.token)
    with pytest.raises(PeerUnavailable):
        await client.start(question(), TEL)
    await client.close()
