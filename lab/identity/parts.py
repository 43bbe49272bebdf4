"""Everything that identity needs on this machine, made once: programs and schemes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.identity.build import Binaries, build
from lab.identity.scheme import make_schemes, public_schemes


@dataclass(frozen=True, slots=True)
class Parts:
    """What YiviServer and Wallet are made of. `schemes` hold the private keys, `public` do not."""

    binaries: Binaries
    schemes: Path
    public: Path


def prepare(cache: Path | None = None) -> Parts:
    """The parts, made when they are not there (minutes the first time). Raises LabError."""
    where = cache or paths.cache()
    binaries = build(where)
    schemes = make_schemes(binaries.yivi, where)
    return Parts(binaries, schemes, public_schemes(schemes))
