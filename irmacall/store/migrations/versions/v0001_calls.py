"""The first table: one row for each call that is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table and what it is searched by."""
    op.create_table(
        "calls",
        sa.Column("desk", sa.Text, primary_key=True),
        sa.Column("call", sa.Text, primary_key=True),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("arrived_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double, nullable=False),
        sa.Column("queued_at", sa.Double),
        sa.Column("answered_at", sa.Double),
        sa.Column("queue", sa.Text),
        sa.Column("queues", sa.JSON, nullable=False),
        sa.Column("menu_path", sa.JSON, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("identified", sa.Boolean, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("phones_rung", sa.Integer, nullable=False),
        sa.Column("callback_of", sa.Text),
    )
    op.create_index("calls_by_arrival", "calls", ["desk", "arrived_at"])
    op.create_index("calls_by_wait", "calls", ["desk", "queued_at"])
