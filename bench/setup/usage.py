"""What a process costs, as the kernel counts it (proc(5)): CPU of all its threads, and memory of its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time that this process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_kilobytes(pid: int) -> int:
    """What of this process is in memory and nobody else's (Private_Clean, Private_Dirty)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


@dataclass(slots=True)
class Meter:
    """CPU of several processes, by name, since `begin`."""

    pids: dict[str, int]
    _begun: dict[str, float] | None = None
    _at: float = 0.0

    def begin(self) -> None:
        """Count from here."""
        self._begun, self._at = self._used(), time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has counted."""
        return time.monotonic() - self._at

    def read(self) -> dict[str, float]:
        """Seconds of CPU since then."""
        assert self._begun is not None, "begin first"
        return {name: used - self._begun[name] for name, used in self._used().items()}

    def _used(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self.pids.items()}
