"""Between what yivi proved, what the vault keeps, and what a card shows: one mapping of text to text.

The fields are those that the site gave its attributes (`familyname`, `gender`, …); what belongs to the disclosure
as a whole stands under names that no field can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from irmacall.core.ids import CallId, GrantNumber, LanguageId
from irmacall.store.sealing import Disclosed
from irmacall.web.ports import Card

SCHEME: Final = "@scheme"
ISSUER: Final = "@issuer"
STARTED: Final = "@started"
DEMO: Final = "@demo"
ON_THE_CARD: Final = frozenset({"initials", "prefix", "familyname", "gender", "firstnames", "fullname"})


def packed(fields: Mapping[str, str], *, scheme: str, issuer: str, started_at: float, demo: bool) -> dict[str, str]:
    """What is sealed: the fields, and where they come from."""
    about = {SCHEME: scheme, ISSUER: issuer, STARTED: repr(started_at), DEMO: "yes" if demo else ""}
    return {**fields, **about}


def card(
    disclosed: Disclosed,
    call: CallId,
    grant: GrantNumber,
    labels: Mapping[str, str],
    crm_url: str | None,
    language: LanguageId,
) -> Card:
    """What the agent sees of it; `language`: in which the caller wants to be spoken to."""
    kept = disclosed.attributes
    return Card(
        call=call,
        grant=grant,
        familyname=kept.get("familyname") or kept.get("fullname", ""),
        initials=kept.get("initials", ""),
        prefix=kept.get("prefix", ""),
        gender=kept.get("gender", ""),
        disclosed_at=float(kept[STARTED]),
        expires_at=disclosed.expires_at,
        scheme=kept[SCHEME],
        issuer=kept[ISSUER],
        demo=bool(kept[DEMO]),
        crm_url=crm_url,
        language=language,
        others={labels[name]: value for name, value in kept.items() if name not in ON_THE_CARD and name in labels},
    )
