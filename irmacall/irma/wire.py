"""IRMA's JSON, both ways, and the one judgement that matters: may this disclosure be believed?

Pure: no I/O and no clock. Formats: https://docs.yivi.app/irma-server-api and irmago v1.3.0 (irma/requests.go,
irma/server/api.go, irma/verify.go).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NewType

from irmacall.core.code import Digits, well_formed
from irmacall.errors import DisclosureRefused
from irmacall.irma.json_fields import items, loads, number, record, text
from irmacall.irma.question import AttributeId, Question, Wanted, issuer_of, scheme_of

RequestorToken = NewType("RequestorToken", str)
"""Opens a session's result to whoever can reach the server: a secret."""

DISCLOSURE: Final = "https://irma.app/ld/request/disclosure/v2"
#: Seconds that the app may take to come, and then to answer (security.md: sessions end after 5 minutes).
PATIENCE_S: Final = 300
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{8,64}")


class Status(enum.StrEnum):
    """Where a session stands (irma/messages.go, ServerStatus)."""

    INITIALIZED = "INITIALIZED"
    PAIRING = "PAIRING"
    CONNECTED = "CONNECTED"
    CANCELLED = "CANCELLED"
    DONE = "DONE"
    TIMEOUT = "TIMEOUT"

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self in (Status.CANCELLED, Status.DONE, Status.TIMEOUT)


class Refusal(enum.StrEnum):
    """Why a disclosure is not believed; the reason of a DisclosureRefused."""

    REFUSED = "refused"  # in the app, or by the one who closed the page
    TIMED_OUT = "timed_out"
    EXPIRED = "expired"  # the credential was
    INVALID = "invalid"  # the proof is
    INCOMPLETE = "incomplete"  # something that was asked is missing
    UNASKED = "unasked"  # something is there that was not asked
    SCHEME = "scheme"  # this desk does not believe this scheme


@dataclass(frozen=True, slots=True)
class Session:
    """A disclosure session at the yivi server. The page may have the last two, and never the token."""

    token: RequestorToken = field(repr=False)
    session_ptr: Mapping[str, str] = field(repr=False)
    frontend_request: Mapping[str, str | bool] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One attribute as the server reports it; `status` is PRESENT, EXTRA or NULL."""

    attribute: AttributeId
    value: str = field(repr=False)
    status: str
    issued_at: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a session came to. The proof's status is empty where there is no proof."""

    token: RequestorToken = field(repr=False)
    status: Status
    proof_status: str
    disclosed: tuple[tuple[Disclosed, ...], ...]


@dataclass(frozen=True, slots=True)
class Attributes:
    """A disclosure that is believed: fields by the names that the question gives them. For the vault alone.

    `issued_at`: when the credential was issued, Unix time, as IRMA rounds it down to a week.
    """

    fields: Mapping[str, str] = field(repr=False)
    scheme: str
    issuer: str
    issued_at: int


def tel_link(service_number: str, code: Digits) -> str:
    """A link that dials the number, waits, and keys the code.

    Two commas wait 4 to 6 s. Apple refuses `;`, `*` and `#` in such a link, so none is used.
    """
    if not _NUMBER.fullmatch(service_number):
        raise ValueError(f"service number {service_number!r}: should be digits, as in +31241234567 or 14024")
    assert well_formed(code)
    return f"tel:{service_number},,{code.plain()}"


def disclosure_request(question: Question, return_url: str) -> dict[str, Any]:
    """The body of `POST /session`. `return_url` is where the app goes when it is done: the tel: link.

    It must never be augmented: the server would append `?token=…` to what is dialled.
    """
    ways = [[wanted.attribute for wanted in way] for way in question.ways]
    request = {"@context": DISCLOSURE, "disclose": [ways], "clientReturnUrl": return_url}
    return {"timeout": PATIENCE_S, "request": request}


def parse_session(body: str) -> Session:
    """The answer to `POST /session`. Raises PeerError."""
    package = record(loads(body))
    pointer, frontend = record(package.get("sessionPtr")), record(package.get("frontendRequest"))
    return Session(
        _token(package),
        {"u": text(pointer, "u", re.compile(r"https?://\S+")), "irmaqr": text(pointer, "irmaqr")},
        {
            "authorization": text(frontend, "authorization"),
            "minProtocolVersion": text(frontend, "minProtocolVersion"),
            "maxProtocolVersion": text(frontend, "maxProtocolVersion"),
            # Told to the page whatever the server thinks of it: the second device is always paired.
            "pairingHint": True,
        },
    )


def parse_status(body: str) -> Status:
    """The answer to `GET /session/{token}/status`. Raises PeerError."""
    return _status({"status": loads(body)})


def parse_result(body: str) -> Result:
    """The answer to `GET /session/{token}/result`. Raises PeerError."""
    result = record(loads(body))
    return Result(
        _token(result),
        _status(result),
        text(result, "proofStatus", absent=""),
        tuple(tuple(_disclosed(record(one)) for one in items(con)) for con in items(result.get("disclosed", []))),
    )


def parse_error(body: str) -> str:
    """The word that an error answer names itself with, as `SESSION_UNKNOWN`. Raises PeerError."""
    return text(record(loads(body)), "error", re.compile(r"[A-Z_]{1,40}"))


def verify(result: Result, question: Question) -> Attributes:
    """What a disclosure proves. Raises DisclosureRefused with a word of Refusal; nothing of it may be kept then.

    The server says DONE of an expired proof, of an invalid one and of one with attributes missing too: only
    DONE, VALID, and exactly what was asked, from a scheme that this desk allows, is believed.
    """
    _check_status(result.status)
    _check_proof(result.proof_status)
    shown = [one for con in result.disclosed for one in con]
    way = _way_taken(question, shown)
    if not all(question.allows(scheme_of(one.attribute)) for one in shown):
        raise DisclosureRefused(Refusal.SCHEME)
    values = {one.attribute: one.value for one in shown}
    return Attributes(
        {wanted.field: values[wanted.attribute] for wanted in way},
        scheme_of(shown[0].attribute),
        issuer_of(shown[0].attribute),
        min(one.issued_at for one in shown),
    )


def _check_status(status: Status) -> None:
    if status is Status.DONE:
        return
    raise DisclosureRefused(Refusal.REFUSED if status is Status.CANCELLED else Refusal.TIMED_OUT)


def _check_proof(proof_status: str) -> None:
    if proof_status == "VALID":
        return
    reasons = {"EXPIRED": Refusal.EXPIRED, "MISSING_ATTRIBUTES": Refusal.INCOMPLETE}
    raise DisclosureRefused(reasons.get(proof_status, Refusal.INVALID))


def _way_taken(question: Question, shown: list[Disclosed]) -> tuple[Wanted, ...]:
    """Which of the ways was answered, to the letter."""
    ids = [one.attribute for one in shown]
    asked = {wanted.attribute for way in question.ways for wanted in way}
    if any(one.status == "EXTRA" or one.attribute not in asked for one in shown) or len(set(ids)) < len(ids):
        raise DisclosureRefused(Refusal.UNASKED)
    if any(one.status != "PRESENT" for one in shown):
        raise DisclosureRefused(Refusal.INCOMPLETE)
    for way in question.ways:
        if {wanted.attribute for wanted in way} == set(ids):
            return way
    raise DisclosureRefused(Refusal.INCOMPLETE)


def _disclosed(one: Mapping[str, Any]) -> Disclosed:
    value = "" if one.get("rawvalue") is None else text(one, "rawvalue")
    return Disclosed(AttributeId(text(one, "id")), value, text(one, "status"), number(one, "issuancetime"))


def _token(answer: Mapping[str, Any]) -> RequestorToken:
    return RequestorToken(text(answer, "token", _TOKEN))


def _status(answer: Mapping[str, Any]) -> Status:
    return Status(text(answer, "status", re.compile("|".join(Status))))
