"""The tables of the users' file, as the steps that lead there. A step that was released is never changed."""

from __future__ import annotations

from typing import Final

USERS: Final = (
    """
    CREATE TABLE users (
        id TEXT PRIMARY KEY,
        login TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('agent', 'official', 'management', 'admin')),
        endpoint TEXT,
        shown_function TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1))
    ) STRICT;
    CREATE TABLE phones (
        endpoint TEXT PRIMARY KEY,
        digest TEXT NOT NULL
    ) STRICT;
    CREATE TABLE sessions (
        hash TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        seat TEXT NOT NULL,
        created REAL NOT NULL,
        last_seen REAL NOT NULL
    ) STRICT;
    CREATE INDEX sessions_of_user ON sessions (user_id);
    CREATE INDEX sessions_by_age ON sessions (last_seen);
    """,
    """
    ALTER TABLE users ADD COLUMN groups TEXT NOT NULL DEFAULT '[]' CHECK (json_type(groups) = 'array');
    """,
    """
    ALTER TABLE users ADD COLUMN department TEXT NOT NULL DEFAULT '';
    ALTER TABLE users ADD COLUMN extension TEXT
        CHECK (length(extension) BETWEEN 2 AND 6 AND extension NOT GLOB '*[^0-9]*');
    CREATE UNIQUE INDEX users_by_extension ON users (extension);
    """,
    """
    ALTER TABLE users ADD COLUMN look TEXT NOT NULL DEFAULT '';
    """,
)

AUDIT: Final = (
    """
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        line TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
    WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    """,
)
