"""The records' store as the site has it. See `late_facts` for why nothing that serves imports this."""

from __future__ import annotations

from pathlib import Path

from irmacall.core.ids import DeskId
from irmacall.settings import DeskSettings, Settings
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from irmacall.store.facts_engines import PostgresServer


def facts_place(settings: Settings) -> Path | PostgresServer:
    """Where the facts of calls are kept. TLS is for what leaves this machine, or has an authority of its own."""
    at = settings.records
    if at.is_sqlite:
        return settings.records_file
    return PostgresServer(
        at.host,
        at.port,
        at.name,
        at.user,
        settings.credentials.get("records-database"),
        ca_file=at.ca_file,
        tls=at.leaves_here or (at.has_password and at.ca_file is not None),
    )


def facts_store(settings: Settings, desk: DeskSettings) -> FactsStore:
    """The facts of this desk's calls."""
    return FactsStore(FactsDatabase.at(facts_place(settings)), DeskId(desk.id))
