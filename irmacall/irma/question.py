"""What a desk asks of a citizen for one subject, and which schemes it believes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NewType

AttributeId = NewType("AttributeId", str)
"""scheme.issuer.credential.attribute, as in `pbdf.gemeente.personalData.familyname`."""

_ATTRIBUTE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){3}")
#: The public schemes whose private keys everybody has.
_OPEN_SCHEMES: Final = frozenset({"irma-demo", "test", "test2"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One attribute, and the name of the field that it becomes on the card (`familyname`, `gender`, …)."""

    attribute: AttributeId
    field: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: any one of the `ways`, each a few attributes that must all be given.

    `schemes` are those that the desk allows. A demo scheme among them counts only when `demo` is on. An attribute
    that its credential type calls optional must not be asked: the app breaks off where it is absent.
    """

    ways: tuple[tuple[Wanted, ...], ...]
    schemes: frozenset[str]
    demo: bool = False

    def __post_init__(self) -> None:
        if not self.ways or not all(self.ways):
            raise ValueError("a subject asks at least one attribute, in every way that it may be answered")
        for way in self.ways:
            _check(way)

    def allows(self, scheme: str) -> bool:
        """Whether a disclosure from this scheme is believed at this desk."""
        return scheme in self.schemes and (self.demo or not is_demo(scheme))


def is_demo(scheme: str) -> bool:
    """Whether anybody can make credentials of this scheme: the badge says so, and a real desk refuses it."""
    return scheme in _OPEN_SCHEMES or scheme.endswith("-demo")


def scheme_of(attribute: AttributeId) -> str:
    """The first part of an attribute's id."""
    return attribute.split(".", 1)[0]


def issuer_of(attribute: AttributeId) -> str:
    """The issuer, without its scheme."""
    return attribute.split(".", 2)[1]


def _check(way: tuple[Wanted, ...]) -> None:
    for wanted in way:
        if not _ATTRIBUTE.fullmatch(wanted.attribute):
            raise ValueError(
                f"attribute {wanted.attribute!r}: should be scheme.issuer.credential.attribute,"
                " as in pbdf.gemeente.personalData.familyname"
            )
    if len({wanted.attribute.rpartition(".")[0] for wanted in way}) > 1:
        raise ValueError(f"{way[0].attribute} …: the attributes of one way come from one credential")
    if len({wanted.field for wanted in way}) < len(way) or len({wanted.attribute for wanted in way}) < len(way):
        raise ValueError(f"{way[0].attribute} …: an attribute or a field stands there twice")
