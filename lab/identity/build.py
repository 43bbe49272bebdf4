"""Builds the identity programs from the pinned Go module beside this file. Standard library only.

Three static programs, so that they run on this machine wherever they were built: `yivi`, the real server and
its tools; `wallet`, a real client without a screen; `lateissuer`, for credentials that have expired. They are
built by this machine's Go where that is new enough, and otherwise by the golang package of the lab's rootfs.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.identity import workshop

_SOURCES = Path(__file__).with_name("go")
_YIVI = "github.com/privacybydesign/irmago/yivi"
_PACKAGES = {"yivi": _YIVI, "wallet": "./wallet", "lateissuer": "./lateissuer"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the programs are."""

    yivi: Path
    wallet: Path
    lateissuer: Path


def build(cache: Path, rootfs: Path | None = None) -> Binaries:
    """The programs, built when `cache` has none of these very sources. Takes minutes the first time.

    `rootfs` (default: the lab's) lends its Go where this machine has none. Raises LabError when neither works.
    Safe to call from several processes at once.
    """
    target = cache / f"identity-{_fingerprint()}"
    if not target.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / "identity.lock"):
            if not target.is_dir():
                _build_into(target, rootfs or paths.rootfs())
    return Binaries(target / "yivi", target / "wallet", target / "lateissuer")


def _build_into(target: Path, rootfs: Path) -> None:
    making = Path(tempfile.mkdtemp(dir=target.parent, prefix="identity-making-"))
    try:
        with workshop.open_workshop(rootfs, _SOURCES) as shop:
            for name, package in _PACKAGES.items():
                shop.go_build(package, making / name, c_code=name == "wallet")
        os.rename(making, target)
    except BaseException:
        shutil.rmtree(making)
        raise


def _fingerprint() -> str:
    """Changes with every source, the pinned versions and how they are built."""
    recipe = [Path(__file__), Path(workshop.__file__)]
    sources = sorted(path for path in _SOURCES.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in [*recipe, *sources]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
