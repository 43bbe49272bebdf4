"""Secrets: one file each in the credentials directory, or one variable each in the environment.

systemd's LoadCredential gives the directory and `$CREDENTIALS_DIRECTORY`. A secret that could stand in a
manual, or that a person thought of, is refused: `irmacall secrets DIR` makes better ones.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import math
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NoReturn

from irmacall.settings.reading import Problems

KEYS: Final = ("vault-key", "code-key", "session-key")
"""Credentials that are 32 random bytes, in base64 or hexadecimal."""
KEY_BYTES: Final = 32

_MOST_BYTES: Final = 4096
_SHORTEST: Final = 16
_LEAST_BITS: Final = 48.0
"""Of a secret's own Shannon entropy: sixteen random characters have about 60, a word repeated has far less."""
_FEWEST_BYTES: Final = 16
"""Different bytes in a key; 32 random ones have fewer than 24 once in millions."""
_SAMPLES: Final = re.compile(
    r"change.?me|replace.?me|example|voorbeeld|sample|dummy|default|password|passwd|wachtwoord|welkom|welcome|geheim"
    r"|secret|qwerty|letmein|admin|irmacall|asterisk|12345678|abcdefgh|deadbeef|xxxxxxxx",
    re.I,
)


class Credentials:
    """The secrets of one site, by name. Printed, it shows their names alone; it cannot be pickled."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def text(self, name: str) -> str:
        """A password or token. It is there: a site that lacks one that it needs is not loaded."""
        return self._secrets[name]

    def key(self, name: str) -> bytes:
        """One of `KEYS`: its 32 bytes."""
        key = _key_bytes(self._secrets[name])
        assert key is not None
        return key

    def get(self, name: str) -> str | None:
        """A password or token, or None where the site needs none of that name."""
        return self._secrets.get(name)

    def differing(self, other: Credentials) -> list[str]:
        """The names of those that are not the same in both, or are in one alone."""
        names = sorted(self._secrets.keys() | other._secrets.keys())
        return [name for name in names if self._secrets.get(name) != other._secrets.get(name)]

    def __contains__(self, name: str) -> bool:
        return name in self._secrets

    def __repr__(self) -> str:
        return f"<credentials {', '.join(sorted(self._secrets))}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are never written down")


def variable(name: str) -> str:
    """The environment's variable that may hold a credential instead of its file."""
    return "IRMACALL_" + name.upper().replace("-", "_")


def collect(
    names: Iterable[str], directory: Path | None, environment: Mapping[str, str], problems: Problems
) -> Credentials:
    """The credentials of these names. What is missing, readable for others or weak is noted, never its value."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        secret = _one(name, directory, environment, problems)
        if secret is None:
            continue
        fault = weakness(name, secret)
        twin = next((other for other, value in found.items() if value == secret), None)
        if fault is not None:
            problems.note(f"credential {name}", f"{fault}: `irmacall secrets` makes a good one")
        elif twin is not None:
            problems.note(f"credential {name}", f"is the same as {twin}: every secret should be one of its own")
        found[name] = secret
    return Credentials(found)


def weakness(name: str, secret: str) -> str | None:
    """Why this may not be used as a secret; None when it may."""
    if name in KEYS:
        return _weak_key(secret)
    if not secret.isascii() or not secret.isprintable() or re.search(r"[\s;\"\\\[\]]", secret):
        return "holds a space or a character that other programs' files give a meaning: ; \" [ ] \\"
    if len(secret) < _SHORTEST:
        return f"is too short: it should have {_SHORTEST} characters or more"
    if _bits(secret) < _LEAST_BITS:
        return "is too easy to guess: it should be random"
    # Chance writes a word now and then; what it wrote around it is strong enough then.
    rest = _SAMPLES.sub("", secret)
    if len(rest) < _SHORTEST or _bits(rest) < _LEAST_BITS:
        return "is a sample, or little more than a word from a manual"
    return None


def _weak_key(secret: str) -> str | None:
    key = _key_bytes(secret)
    if key is None:
        return f"should be {KEY_BYTES} bytes in base64 or hexadecimal"
    steps = {(after - before) % 256 for before, after in itertools.pairwise(key)}
    if len(set(key)) < _FEWEST_BYTES or len(steps) < _FEWEST_BYTES or _SAMPLES.search(key.decode("latin-1")):
        return "is a sample: it should be random"
    return None


def _key_bytes(secret: str) -> bytes | None:
    try:
        key = bytes.fromhex(secret) if len(secret) == 2 * KEY_BYTES else base64.b64decode(secret, validate=True)
    except (ValueError, binascii.Error):
        return None
    return key if len(key) == KEY_BYTES else None


def _bits(secret: str) -> float:
    """Shannon's entropy of the characters, times their number: what a chance sequence of them would tell."""
    total = len(secret)
    return -sum(count * math.log2(count / total) for count in Counter(secret).values())


def _one(name: str, directory: Path | None, environment: Mapping[str, str], problems: Problems) -> str | None:
    where = f"credential {name}"
    file = None if directory is None else directory / name
    try:
        if file is not None and file.exists():
            return _file(file, where, problems)
    except (OSError, ValueError) as error:
        problems.note(where, f"{file} cannot be read: {type(error).__name__}")
        return None
    secret = environment.get(variable(name))
    if not secret:
        place = "" if file is None else f"the file {file} or "
        problems.note(where, f"is missing: should be in {place}the environment as {variable(name)}")
        return None
    return secret


def _file(file: Path, where: str, problems: Problems) -> str | None:
    """One line of text. Raises OSError, and UnicodeDecodeError for what is no text."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            problems.note(where, f"{file} is no file of one secret")
            return None
        # Group read is what systemd's access lists look like; anything wider is somebody's mistake.
        if status.st_mode & 0o027:
            problems.note(where, f"{file} can be read by others: its mode should be 0400 or 0600")
            return None
        secret = opened.read().decode("utf-8").removesuffix("\n").removesuffix("\r")
    if not secret:
        problems.note(where, f"{file} is empty")
        return None
    return secret
