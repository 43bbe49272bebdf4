"""What the tests ask of a citizen."""

from __future__ import annotations

from irmacall.irma.question import AttributeId, Question, Wanted
from lab.identity.scheme import CREDENTIAL, ISSUER, SCHEME

FIELDS = ("initials", "prefix", "familyname", "gender")
TEL = "tel:+31241234567,,0123456789"


def attribute(name: str, scheme: str = SCHEME) -> AttributeId:
    """The id of one attribute of the demo credential."""
    return AttributeId(f"{scheme}.{ISSUER}.{CREDENTIAL}.{name}")


def question(*names: str, scheme: str = SCHEME) -> Question:
    """A question for these attributes, of a desk that believes the demo scheme."""
    way = tuple(Wanted(attribute(name, scheme), name) for name in names or FIELDS)
    return Question((way,), frozenset({SCHEME}), demo=True)
