"""Between what yivi proved, what the vault keeps, and what a card shows: one mapping of text to text.

The fields are those that the site gave its attributes (`familyname`, `gender`, …); what belongs to the disclosure
as a whole stands under names that no field can have. A note about a caller is kept as a mapping of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from irmacall.core.ids import CallId, GrantNumber, LanguageId, UserId
from irmacall.service.reveal import Revealed
from irmacall.web.ports import Card

SCHEME: Final = "@scheme"
ISSUER: Final = "@issuer"
STARTED: Final = "@started"
DEMO: Final = "@demo"
NOTE: Final = "@note"
BY: Final = "@by"
ON_THE_CARD: Final = frozenset({"initials", "prefix", "familyname", "gender", "firstnames", "fullname"})


def packed(fields: Mapping[str, str], *, scheme: str, issuer: str, started_at: float, demo: bool) -> dict[str, str]:
    """What is sealed: the fields, and where they come from."""
    about = {SCHEME: scheme, ISSUER: issuer, STARTED: repr(started_at), DEMO: "yes" if demo else ""}
    return {**fields, **about}


def packed_note(text: str, by: UserId) -> dict[str, str]:
    """What is sealed of a note: its text, and who wrote it."""
    return {NOTE: text, BY: by}


def card(
    revealed: Revealed,
    call: CallId,
    grant: GrantNumber,
    labels: Mapping[str, str],
    crm_url: str | None,
    language: LanguageId,
    names: Mapping[UserId, str] = MappingProxyType({}),
    words: tuple[str, str] | None = None,
) -> Card:
    """What the agent sees of it; `language`: in which the caller wants to be spoken to; `names`: of colleagues."""
    disclosed, note = revealed.identity, revealed.note
    kept = {} if disclosed is None else disclosed.attributes
    written = {} if note is None else note.attributes
    [expires_at, *_] = [each.expires_at for each in (disclosed, note) if each is not None]
    return Card(
        call=call,
        grant=grant,
        familyname=kept.get("familyname") or kept.get("fullname", ""),
        initials=kept.get("initials", ""),
        prefix=kept.get("prefix", ""),
        gender=kept.get("gender", ""),
        disclosed_at=float(kept.get(STARTED, 0)),
        expires_at=expires_at,
        scheme=kept.get(SCHEME, ""),
        issuer=kept.get(ISSUER, ""),
        demo=bool(kept.get(DEMO)),
        crm_url=crm_url,
        language=language,
        others={labels[name]: value for name, value in kept.items() if name not in ON_THE_CARD and name in labels},
        identified=disclosed is not None,
        note=written.get(NOTE, ""),
        note_by=names.get(UserId(written.get(BY, "")), ""),
        words=words if disclosed is not None else None,
    )
