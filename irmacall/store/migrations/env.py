"""What Alembic runs to bring a database up to date; `store.migrating` gives it the connection and the transaction."""

from __future__ import annotations

from alembic import context

from irmacall.store.facts_table import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=METADATA,
)
with context.begin_transaction():
    context.run_migrations()
