"""How a database of facts comes to be what today's program expects: Alembic's steps, run by `store.migrating`."""
