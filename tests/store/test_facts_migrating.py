"""How a database comes to what today's program needs, on both kinds."""

from __future__ import annotations

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from irmacall.core.ids import CallId
from irmacall.errors import SettingsError
from irmacall.store import migrating
from irmacall.store.facts_database import FactsDatabase
from irmacall.store.facts_table import METADATA
from tests.store.facts_places import DESK, NOON, Place, facts

VERSIONS = "irmacall_version"


async def _done(place: Place, statement: str) -> None:
    database = FactsDatabase.at(place.at)
    await database.run(lambda connection: connection.execute(text(statement)).close())
    await database.close()


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
    return list(compare_metadata(context, METADATA))


async def test_an_empty_database_is_made_ready_and_stays_so(place: Place) -> None:
    """What was put survives that a second leader prepares the same database."""
    put = facts()
    async with place.prepared() as store:
        await store.put([put])
        await store.prepare()
    async with place.prepared() as store:
        assert await store.read(NOON, NOON + 1) == [put]
        assert migrating.newest() in await store.check()


async def test_the_steps_lead_to_the_table_that_the_program_knows(place: Place) -> None:
    """After all migrations there is nothing that Alembic would still change."""
    async with place.prepared():
        pass
    database = FactsDatabase.at(place.at)
    assert await database.run(_differences) == []
    await database.close()


async def test_daemons_that_come_together_prepare_it_once(place: Place) -> None:
    """Five who migrate an empty database at one moment all find it ready, and none fails."""
    databases = [FactsDatabase.at(place.at) for _ in range(5)]
    await asyncio.gather(*(database.run(migrating.migrate) for database in databases))
    found = await asyncio.gather(*(database.run(migrating.version) for database in databases))
    assert found == [migrating.newest()] * 5
    for database in databases:
        await database.close()


async def test_a_step_that_fails_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that breaks after its tables were made leaves the database as empty as it was."""
    upgrade = command.upgrade

    def breaks(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("half-way")

    database = FactsDatabase.at(place.at)
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", breaks)
        with pytest.raises(RuntimeError, match="half-way"):
            await database.run(migrating.migrate)
    assert await database.run(lambda connection: inspect(connection).get_table_names()) == []
    await database.run(migrating.migrate)
    assert await database.run(migrating.version) == migrating.newest()
    await database.close()


async def test_a_newer_database_is_refused(place: Place) -> None:
    """One that a later irmacall made is neither used nor changed, and the error says what to do."""
    async with place.prepared():
        pass
    await _done(place, f"UPDATE {VERSIONS} SET version_num = '9999'")
    async with place.opened() as store:
        for asked in (store.check, store.prepare):
            with pytest.raises(SettingsError, match=r"newer irmacall \(version 9999; ours is [0-9]+\): run that one"):
                await asked()


def _begin(connection: Connection) -> None:
    """The first version, as a daemon of that time made it."""
    config = Config()
    config.set_main_option("script_location", "irmacall.store:migrations")
    config.attributes.update(connection=connection, version_table=VERSIONS)
    command.upgrade(config, "0001")


async def test_calls_of_before_owners_were_kept_stay(place: Place) -> None:
    """They read as what nobody is known to have had, and count as not passed on."""
    database = FactsDatabase.at(place.at)
    await database.run(_begin)
    await database.close()
    columns = "desk, call, node, outcome, arrived_at, ended_at, queues, menu_path, language, identified, phones_rung"
    values = f"'{DESK}', 'old', 'pbx1', 'answered', {NOON}, {NOON + 300}, '[]', '[]', 'nl', false, 0"
    await _done(place, f"INSERT INTO calls ({columns}) VALUES ({values})")
    async with place.prepared() as store:
        assert await store.read(NOON, NOON + 1) == [facts(call=CallId("old"), owners=(), passed=0)]


async def test_looking_makes_nothing(place: Place) -> None:
    """A standby that checks the database leaves it empty: only who leads migrates."""
    async with place.opened() as store:
        assert "empty" in await store.check()
    database = FactsDatabase.at(place.at)
    assert await database.run(lambda connection: inspect(connection).get_table_names()) == []
    await database.close()
