"""Everything that irmacall raises on purpose. Whose fault is it, ours or a peer's?

    IrmacallError
    ├── SettingsError            the operator's: what is wrong, where, and what would be right
    ├── Refused                  somebody asked for what may not be had; carries no content
    │   └── DisclosureRefused    a disclosure that proves nothing, or not what was asked
    ├── LeaseLost                this daemon leads the desk no longer, or cannot prove that it does
    └── PeerError                a peer (Asterisk, redis, the yivi server) failed or answered nonsense
        ├── PeerUnavailable      it did not answer in time, or there is no connection
        ├── FactsRefused         the records' database will not have these facts of a call
        ├── ClockSkew            its clock and ours differ by more than identity can bear
        └── VaultGone            the sealed identity is not there: burned, expired or lost with its redis

HTTP codes are the business of web/ alone.
"""

from __future__ import annotations


class IrmacallError(Exception):
    """The root of the tree above."""


class SettingsError(IrmacallError):
    """The site's files cannot be used. The message names the key, the value and what would be right."""


class Refused(IrmacallError):
    """What was asked for may not be had. The message is a reason for the audit log, never for a screen."""


class DisclosureRefused(Refused):
    """A disclosure that may not be believed; `reason` is one of the words of `irma.wire.Refusal`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeaseLost(IrmacallError):
    """Another daemon leads this desk, or our lease's deadline has passed."""


class PeerError(IrmacallError):
    """A peer failed, or answered what its protocol does not allow. The message holds no content."""


class PeerUnavailable(PeerError):
    """A peer did not answer in time, or cannot be reached."""


class ClockSkew(PeerError):
    """The peer's clock and ours are further apart than an expiry can bear (2 s)."""


class VaultGone(PeerError):
    """The identity is no longer in the vault: burned, expired, or lost when its redis was."""


class FactsRefused(PeerError):
    """The database answers, and will not have these facts: the same would be refused again."""
