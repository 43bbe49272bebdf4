"""The demo schemes: made at set-up, keys and all, and never kept in the repository.

`irmacall-demo` mirrors the attribute names of `pbdf.gemeente.personalData` (privacybydesign/pbdf-schememanager,
gemeente/Issues/personalData), so that a desk set up for the demo differs from a real one in the scheme's name alone.
`irmacall-other` is the same in another name: a scheme that the desk does not allow.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.errors import LabError
from lab.identity.description import credential_xml, issuer_xml, scheme_xml

SCHEME = "irmacall-demo"
OTHER_SCHEME = "irmacall-other"
ISSUER = "gemeente"
CREDENTIAL = "personalData"

# Key length in bits and years of validity: enough for synthetic citizens, and made in a second.
_KEY_BITS, _KEY_YEARS = 1024, 10
# Seconds: a key seeks safe primes, which is quick, or is not.
_KEY_S = 600
# 18 attributes, plus the wallet's secret and the metadata, with room to spare.
_KEY_ATTRIBUTES = 24


def make_schemes(yivi: Path, cache: Path) -> Path:
    """The directory with both schemes and their private keys, made once and kept under `cache` (mode 0700).

    `yivi` is the program of `lab.identity.build`. Raises LabError.
    """
    schemes = cache / f"schemes-{_fingerprint()}"
    if schemes.is_dir():
        return schemes
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=cache, prefix="schemes-making-"))
    schemes_here = (SCHEME, OTHER_SCHEME)
    with ThreadPoolExecutor() as hands:  # a key takes seconds, or many: it seeks safe primes
        list(hands.map(lambda scheme: _make(yivi, making / scheme, scheme), schemes_here))
    return _keep(making, schemes)


def public_schemes(schemes: Path) -> Path:
    """`schemes` as the world sees them, for wallets: no issuer's key, no scheme's key. Kept beside them."""
    public = schemes.with_name(f"{schemes.name}-public")
    if not public.is_dir():
        making = Path(tempfile.mkdtemp(dir=schemes.parent, prefix="schemes-making-"))
        hidden = shutil.ignore_patterns("PrivateKeys", "sk.pem")
        shutil.copytree(schemes, making, ignore=hidden, dirs_exist_ok=True)
        _keep(making, public)
    return public


def _make(yivi: Path, directory: Path, scheme: str) -> None:
    issuer = directory / ISSUER
    credential = issuer / "Issues" / CREDENTIAL
    credential.mkdir(parents=True)
    (directory / "description.xml").write_text(scheme_xml(scheme))
    (issuer / "description.xml").write_text(issuer_xml(scheme, ISSUER))
    (credential / "description.xml").write_text(credential_xml(scheme, ISSUER, CREDENTIAL))
    key = ["-l", str(_KEY_BITS), "-v", f"{_KEY_YEARS}y", "-a", str(_KEY_ATTRIBUTES)]
    _run(yivi, "irma", "issuer", "keygen", *key, str(issuer), at=directory)
    _run(yivi, "irma", "scheme", "keygen", at=directory)
    _run(yivi, "irma", "scheme", "sign", "sk.pem", ".", at=directory)


def _run(yivi: Path, *words: str, at: Path) -> None:
    words = (str(yivi), *words)
    done = subprocess.run(words, cwd=at, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_KEY_S)
    if done.returncode:
        raise LabError(f"{' '.join(words[:4])} ended with {done.returncode}\n{done.stderr[-2000:]}")


def _keep(making: Path, schemes: Path) -> Path:
    try:
        os.rename(making, schemes)
    except OSError:
        if not schemes.is_dir():
            raise
        shutil.rmtree(making)  # another set-up was first; hers is as good
    return schemes


def _fingerprint() -> str:
    """Changes when what the schemes say changes: then they are made anew."""
    sources = (Path(__file__), Path(__file__).with_name("description.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
