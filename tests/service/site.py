"""A daemon whose site file lies on disk and can be read anew."""

from __future__ import annotations

import asyncio
import calendar
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from irmacall.core.plan import Plan
from irmacall.errors import SettingsError
from irmacall.service.caveats import Caveats
from irmacall.service.emergency import Emergencies
from irmacall.service.in_force import InForce, rules
from irmacall.service.operating import Operating
from irmacall.service.reload import Reloading
from irmacall.settings import Settings
from irmacall.store.users import User
from tests.core.leader import hash_of
from tests.service.house import House
from tests.settings.sample import Sample, make_sample

NEW_QUEUE = '\n[[desk.queue]]\nid = "parkeren"\ntitle = "Parkeren"\n'

NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens."""


@dataclass
class Operated:
    """A daemon as its operator meets it, but for the socket."""

    sample: Sample
    house: House = field(init=False)
    refused: int = 0
    """How often the file was read and could not be used."""
    users: list[User] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.in_force = InForce(rules(self.sample.load(), hash_of))
        self.house = House(plan=self.in_force.now.plan)
        house = self.house
        self.caveats = Caveats(self._everybody)
        self.reloading = Reloading(
            self.in_force, self._reread, house.leadership, house.screens, house.audit, self.caveats
        )
        self.emergencies = Emergencies(house.leadership, self.in_force, house.audit)
        operating = Operating(self.in_force, house.leadership, self.reloading, self.emergencies)
        self.commands = operating.commands()

    async def _everybody(self) -> list[User]:
        return self.users

    def _reread(self) -> Settings:
        try:
            return self.sample.load()
        except SettingsError:
            self.refused += 1
            raise

    @property
    def decided(self) -> Plan:
        """The plan by which the desk decides now."""
        return self.house.term.desk.plan

    async def noted(self, kind: str) -> list[str]:
        """Why, of each line of this kind in the audit log; there is at least one."""
        await self.house.audit_log.lines.until(lambda line: line.kind == kind)
        return [line.why for line in self.house.audit_log.lines.all if line.kind == kind]


@asynccontextmanager
async def operated(directory: Path, ari: str = NOWHERE, password: str = "") -> AsyncIterator[Operated]:
    """A daemon that leads the desk of the example site, which is always open; its Asterisk's ARI is there."""
    sample = await asyncio.to_thread(_always_open, directory)
    sample.change('name = "pbx1"', f'name = "pbx1"\nari = "{ari}"')
    if password:
        sample.secret("ari-pbx1", password)
    found = Operated(sample)
    async with found.house.leads():
        yield found


def _always_open(directory: Path) -> Sample:
    sample = make_sample(directory)
    text = sample.file.read_text(encoding="utf-8")
    before, _, rest = text.partition("monday = ")
    _, _, after = rest.partition("exceptions = [")
    days = "".join(f'{day.lower()} = ["00:00-24:00"]\n' for day in calendar.day_name)
    sample.file.write_text(f"{before}{days}exceptions = [{after}", encoding="utf-8")
    sample.change(
        '{ date = 2026-12-24, open = ["09:00-12:00"] },\n    { date = 2026-12-28, until = 2026-12-31 },', ""
    )
    return sample
