"""The pages' bundle: npm's packages as the lock names them, and what is built of them."""

from __future__ import annotations

from lab import paths
from lab.setup.command import run
from lab.setup.stamp import fingerprint

_STATIC = paths.CHECKOUT / "irmacall" / "web" / "static"
_FRONTEND = paths.CHECKOUT / "irmacall" / "web" / "frontend"
_MODULES = _FRONTEND / "node_modules"
_INSTALLED, _BUILT = _MODULES / ".irmacall-installed", _MODULES / ".irmacall-built"


def _packages() -> str:
    return fingerprint([_FRONTEND / "package.json", _FRONTEND / "package-lock.json"])


def _sources() -> str:
    sources = [path for path in (_FRONTEND / "src").rglob("*") if path.is_file()]
    own = [*sorted(_STATIC.glob("*.css")), _FRONTEND / "build.mjs"]
    return fingerprint([*sources, *own], _packages())


def done() -> bool:
    """Whether the bundle stands, built from the present sources."""
    return (_STATIC / "build").is_dir() and _BUILT.is_file() and _BUILT.read_text() == _sources()


def make() -> None:
    """Fetch what the lock names, where that is not there yet, and build."""
    if not (_INSTALLED.is_file() and _INSTALLED.read_text() == _packages()):
        run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], cwd=_FRONTEND)
        _INSTALLED.write_text(_packages())
    run(["npm", "run", "--silent", "build"], cwd=_FRONTEND)
    _BUILT.write_text(_sources())
