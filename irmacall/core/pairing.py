"""A pairing number: six digits that tie a browser to a call that goes on, whose caller can so identify herself yet.

The owner of the call reads them to the caller, who types them in. They work once, for a few minutes, and for this
call alone. Who typed them in has a few minutes in turn; what her browser then discloses is bound to the call.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from irmacall.core.ids import CodeHash, PageId, SubjectId

LENGTH: Final = 6
LIFE: Final = 300.0
"""Seconds that a number can be typed in, and from then on that its page can disclose."""
MOST: Final = 10
"""Numbers that are given for one call. Each is one more that a stranger could guess."""


class PairingState(enum.Enum):
    """How far it is."""

    ASKED = "asked"
    """The owner has the number; nobody has typed it in."""
    TAKEN = "taken"
    """A browser typed it in, and nobody else can any more."""
    SHARING = "sharing"
    """There the app is asked."""
    FAILED = "failed"
    """The app, or yivi, gave nothing; it can be tried again."""
    DONE = "done"
    """What was disclosed is bound to the call."""
    EXPIRED = "expired"
    STOPPED = "stopped"
    """Who typed it in says that it is not her call, or wants none of it."""


LIVE: Final = frozenset({PairingState.ASKED, PairingState.TAKEN, PairingState.SHARING, PairingState.FAILED})


class Unshared(enum.Enum):
    """Why the app gave nothing."""

    REFUSED = "refused"
    EXPIRED = "expired"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


@dataclass(slots=True)
class Pairing:
    """One pairing number of one call. `subject` and `more`: what is asked of the caller."""

    number: CodeHash | None
    """Its keyed hash; None: it opens nothing any more."""
    until: float
    """When time ends it: before it is typed in, and anew for who typed it in."""
    subject: SubjectId
    more: str | None = None
    """The field of one attribute beside what the subject asks."""
    page: PageId | None = None
    """The browser's page on which it was typed in."""
    sharing: PageId | None = None
    """The page of the disclosure that was begun there last."""
    state: PairingState = PairingState.ASKED
    why: Unshared | None = None

    @property
    def live(self) -> bool:
        """Whether something may still come of it."""
        return self.state in LIVE

    @property
    def pages(self) -> tuple[PageId, ...]:
        """The pages that show it."""
        return tuple(page for page in (self.page, self.sharing) if page is not None)
