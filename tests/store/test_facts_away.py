"""A PostgreSQL that goes away: stopped, killed, frozen, or not letting us in."""

from __future__ import annotations

import asyncio
import dataclasses
import time

import pytest

from irmacall.errors import PeerUnavailable
from irmacall.store import facts_database
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from lab.postgres import PostgresServer
from tests.store.facts_places import DESK, NOON, Place, database_of, facts, new_database


async def test_it_is_used_again_when_it_is_back(own_postgres: PostgresServer) -> None:
    """Killed in the middle, it is away until it runs again, and then every call can be put: nobody need reconnect."""
    before, meanwhile = facts(), facts()
    async with Place(database_of(own_postgres)).prepared() as store:
        await store.put([before])
        await own_postgres.kill()
        with pytest.raises(PeerUnavailable):
            await store.put([meanwhile])
        await own_postgres.restart()
        await store.put([meanwhile])
        assert {each.call for each in await store.read(NOON, NOON + 1)} == {before.call, meanwhile.call}


async def test_a_restart_that_nobody_saw_costs_nothing(own_postgres: PostgresServer) -> None:
    """A connection that died while nobody used it is made anew, without an error."""
    async with Place(database_of(own_postgres)).prepared() as store:
        await own_postgres.restart()
        await store.put([facts()])
        assert len(await store.read(NOON, NOON + 1)) == 1


async def test_one_that_answers_nothing_is_cut_off(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen server, whose sockets stand, is away after the time that it is given; awake again, it can be used."""
    monkeypatch.setattr(facts_database, "_ANSWER_S", 0.3)
    monkeypatch.setattr("irmacall.store.facts_engines._CONNECT_S", 2)
    put = facts()
    async with Place(database_of(own_postgres)).prepared() as store:
        own_postgres.freeze()
        began = time.monotonic()
        with pytest.raises(PeerUnavailable):
            await store.put([put])
        assert time.monotonic() - began < 5
        own_postgres.wake()
        await store.put([put])
        assert await store.read(NOON, NOON + 1) == [put]


async def test_closing_waits_for_no_frozen_server(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stops is not kept by a request that is not answered; its asker hears that the database is away."""
    monkeypatch.setattr(facts_database, "_CLOSE_S", 0.05)
    monkeypatch.setattr("irmacall.store.facts_engines._CONNECT_S", 2)
    store = FactsStore(FactsDatabase.at(database_of(own_postgres)), DESK)
    await store.prepare()
    own_postgres.freeze()
    putting = asyncio.create_task(store.put([facts()]))
    await asyncio.sleep(0)  # It is with the thread now.
    await store.close()
    with pytest.raises(PeerUnavailable):
        await putting
    own_postgres.wake()


async def test_a_wrong_password_is_told_in_words(postgres: PostgresServer) -> None:
    """What the server says of the login is in the error; the password is not."""
    at = dataclasses.replace(database_of(postgres), password="quite-another-password")
    async with Place(at).opened() as store:
        with pytest.raises(
            PeerUnavailable, match=':5432: password authentication failed for user "irmacall"'
        ) as refused:
            await store.check()
    assert "quite-another" not in str(refused.value)
    assert "quite-another" not in repr(at)


async def test_tls_is_demanded_of_another_machine(postgres: PostgresServer) -> None:
    """A server that speaks no TLS is not used where TLS is asked for."""
    async with Place(dataclasses.replace(database_of(postgres), tls=True)).opened() as store:
        with pytest.raises(PeerUnavailable, match="SSL"):
            await store.check()


async def test_one_that_may_not_be_changed_says_so(postgres: PostgresServer) -> None:
    """A database that is read-only, as a standby's is, keeps what it has and refuses with the rule's name."""
    at = new_database(postgres)
    async with Place(at).prepared():
        pass
    postgres.ask(f"ALTER DATABASE {at.database} SET default_transaction_read_only = on")
    async with Place(at).opened() as store:
        with pytest.raises(PeerUnavailable, match="ReadOnlySqlTransaction"):
            await store.put([facts()])
