"""Which password is good enough, and how one is kept.

The rule: 12 to 256 characters as long as there is no second factor, no rules of composition, and nothing that
an attacker tries first (OWASP ASVS 5.0, 6.2; NIST SP 800-63B, 5.1.1.2). Kept as argon2id (RFC 9106).
"""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from irmacall.errors import PeerError, Refused

SHORTEST: Final = 12
LONGEST: Final = 256
_ENOUGH_OF_HER_OWN: Final = 6
"""Characters that must be left, all different, when what everybody knows is taken out of a password."""

_WORDS: Final = """
    admin administrator amsterdam appel baby balie bedrijf beheer belastingdienst bloem burger burgerzaken
    computer correct dragon einde gebruiker geheim gemeente hallo hello herfst hond iloveyou inloggen irma
    irmacall januari februari maart april juni juli augustus september oktober november december juist kantoor
    kat kcc klant klantcontactcentrum lente letmein liefde login maandag dinsdag woensdag donderdag vrijdag
    zaterdag zondag master medewerker monkey mijn my nederland oranje pass paspoort password qwerty
    qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz schatje secret service shadow sunshine super
    telefoon test tijdelijk uiop user voetbal wachtwoord welcome welkom winter yivi zomer zonnetje
"""
_COMMON: Final = frozenset(_WORDS.split())
_LOOKALIKES: Final = str.maketrans("013457@$!€", "oleastasie")


class Objection(StrEnum):
    """What is wrong with a password; the words that a person reads are the screen's."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    EASY_TO_GUESS = "easy_to_guess"


class PasswordRefused(Refused):
    """This password may not be set; `objection` says what is wrong with it."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(f"password {objection}")
        self.objection = objection


def objection(password: str, login: str, name: str) -> Objection | None:
    """What is wrong with this password for this person; None when it may be used."""
    if len(password) < SHORTEST:
        return Objection.TOO_SHORT
    if len(password) > LONGEST:
        return Objection.TOO_LONG
    known = {*_COMMON, *_words(login), *_words(name)}
    return Objection.EASY_TO_GUESS if _left(password, known) < _ENOUGH_OF_HER_OWN else None


def _words(text: str) -> set[str]:
    """The parts of a login or a name that are long enough to be recognised in a password."""
    return {word for word in re.split(r"[\W_\d]+", text.casefold()) if len(word) > 2}


def _left(password: str, known: set[str]) -> int:
    """How many different characters are left without the known words, read plainly and through lookalikes."""
    plain = password.casefold()
    return min(_distinct_without(known, form) for form in (plain, plain.translate(_LOOKALIKES)))


def _distinct_without(known: set[str], text: str) -> int:
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, "")
    # A row as on the keyboard or in the alphabet counts once, as does a repeated character.
    ends_of_rows = [a for a, b in zip(text, text[1:] + "\0", strict=True) if abs(ord(a) - ord(b)) != 1]
    return len(set(ends_of_rows))


class Hashing:
    """argon2id in threads of its own: at most `threads` at a time, 64 MiB and one core each.

    Asterisk shares this machine, and a burst of logins may not take all of it.
    """

    def __init__(self, hasher: PasswordHasher | None = None, threads: int = 2) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._nobodys = self._hasher.hash(secrets.token_hex())

    async def hashed(self, password: str) -> str:
        """The argon2id hash of a password, with its parameters and salt."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, _normal(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password of that hash. Without a hash it takes as long, and is false."""
        given = _normal(password[: LONGEST + 1])
        loop = asyncio.get_running_loop()
        same = await loop.run_in_executor(self._threads, self._verify, given, kept or self._nobodys)
        return same and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False)

    def _verify(self, password: bytes, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise PeerError("a kept password hash is none that argon2 made") from error


def _normal(password: str) -> bytes:
    """One form for what two keyboards write differently (NIST SP 800-63B, 5.1.1.2: NFKC).

    A form field may hold half a surrogate pair; it makes a password like any other.
    """
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
