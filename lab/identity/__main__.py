"""`python -m lab.identity`: make the programs and the schemes where they are not there yet, and say where."""

from __future__ import annotations

from lab.errors import LabError
from lab.identity.parts import prepare

try:
    parts = prepare()
except LabError as failure:
    raise SystemExit(str(failure)) from failure
print(parts.binaries.yivi.parent, parts.schemes, parts.public, sep="\n")
