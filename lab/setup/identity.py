"""The real yivi server, a real wallet, and the demo schemes with their keys (lab/identity/)."""

from __future__ import annotations

from lab import paths
from lab.errors import LabError
from lab.identity import workshop
from lab.identity.build import build
from lab.identity.scheme import make_schemes
from lab.setup.command import StepFailed
from lab.setup.stamp import fingerprint

_ROOM = paths.CHECKOUT / "lab" / "identity"


def after() -> tuple[str, ...]:
    """What has to be there first; where this machine has no Go, also the Debian that lends its own."""
    if workshop.new_enough(workshop._go_version()):
        return ("Debian packages",)
    return ("Debian packages", "Asterisk in a Debian of its own")


def _key() -> str:
    return fingerprint(path for path in _ROOM.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def done() -> bool:
    """Whether both were made from the present sources."""
    noted = paths.cache() / "identity.made"
    return noted.is_file() and noted.read_text() == _key()


def make() -> None:
    """Build the programs (minutes the first time) and make the schemes."""
    try:
        make_schemes(build(paths.cache()).yivi, paths.cache())
    except LabError as failure:
        raise StepFailed(str(failure)) from failure
    (paths.cache() / "identity.made").write_text(_key())
