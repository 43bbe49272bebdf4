"""Who had each caller on the line, and how often she was passed on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Of calls that are kept already neither is known: nobody, and never."""
    op.add_column("calls", sa.Column("owners", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("calls", sa.Column("passed", sa.Integer, nullable=False, server_default="0"))
