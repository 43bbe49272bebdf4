"""Where things are: the checkout, the cache of what is expensive to make, and what one run leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
VAR = CHECKOUT / "var"


def cache() -> Path:
    """The directory for what is made once: rootfs, sounds, binaries. Safe to delete; `make setup` refills it."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "irmacall"


def rootfs() -> Path:
    """The Debian that holds Asterisk. It is a chroot, never a running system."""
    return cache() / "rootfs"


def data() -> Path:
    """Asterisk's data directory in it."""
    return rootfs() / "usr/share/asterisk"


def sounds() -> Path:
    """What `irmacall prompts make --out` is told there."""
    return data() / "sounds"


def phones_python() -> Path:
    """A Python of their own for the phones, on a machine whose Python has no pjsua2 (lab/setup/phones.py)."""
    return cache() / "phones-python"
