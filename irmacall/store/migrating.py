"""Which version a database of facts has, and the way to today's.

Each runs inside the transaction that it is given, and a migration holds a lock for as long: of two daemons that come
at one moment, the second finds it done.
"""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from irmacall.errors import SettingsError

_VERSION_TABLE: Final = "irmacall_version"
_LOCK: Final = 0x69726D61
"""The number of our advisory lock in PostgreSQL: "irma". Locks are of one database."""
_SECONDS: Final = 120
"""How long a migration may take, and may wait for another daemon's."""


def version(connection: Connection) -> str | None:
    """The version of this database; None for one that is empty. Raises SettingsError when it is newer than we are."""
    options = {"version_table": _VERSION_TABLE}
    found = MigrationContext.configure(connection, opts=options).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise SettingsError(
            f"the records' database was made by a newer irmacall (version {found}; ours is {newest()}): "
            "run that one, or give another database"
        )
    return found


def newest() -> str:
    """The version that today's program needs."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def migrate(connection: Connection) -> None:
    """Bring the database up to date; nothing, when it is. Raises SettingsError when it is newer than we are."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    # SQLite's lock is the transaction: it began as a writer's.
    if version(connection) == newest():
        return
    config = _config()
    config.attributes.update(connection=connection, version_table=_VERSION_TABLE)
    command.upgrade(config, "head")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "irmacall.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
