"""What comes in from outside is parsed here, or refused with a clear 4xx and a log line without content."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import unicodedata
from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger("irmacall.web")

Choice = TypeVar("Choice", bound=str)

BODY_LIMIT: Final = 4096
"""Bytes. Our largest body is a note of 500 characters, each of which may take six as JSON."""
FIELDS: Final = 8
"""That a form has at the most, unless its handler expects more."""
_BODY_SECONDS: Final = 10
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


class Malformed(Exception):
    """The request is not one that our pages make. `what` names the part, never its content."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class CrossSite(Exception):
    """Another site, or a page without the token, asks for something that only our own page may."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def _body(request: web.Request, content_type: str) -> bytes:
    if request.content_type != content_type:
        raise Malformed("content type")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await request.read()
    except (web.RequestPayloadError, HttpProcessingError) as broken:
        raise Malformed("body") from broken
    except TimeoutError as slow:
        raise Malformed("body, too slow") from slow


async def form(request: web.Request, most: int = FIELDS) -> dict[str, str]:
    """The fields of a urlencoded form; a field that comes twice is refused, and so are more than `most`."""
    body = await _body(request, "application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=most,
        )
    except ValueError as broken:
        raise Malformed("form") from broken
    if len(dict(pairs)) != len(pairs):
        raise Malformed("form, a field twice")
    return dict(pairs)


async def json_object(request: web.Request) -> dict[str, object]:
    """The body as one JSON object."""
    body = await _body(request, "application/json")
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise Malformed("JSON") from broken
    if not isinstance(parsed, dict):
        raise Malformed("JSON, not an object")
    return parsed


def text(fields: dict[str, str] | dict[str, object], name: str, longest: int) -> str:
    """One field that must be there as printable text of at most `longest` characters."""
    found = fields.get(name)
    if not isinstance(found, str) or not 1 <= len(found) <= longest or not found.isprintable():
        raise Malformed(f"field {name}")
    return found


def lines(fields: dict[str, str] | dict[str, object], name: str, longest: int) -> str:
    """One field of at most `longest` characters in lines, as somebody typed it; empty where it is not there."""
    found = fields.get(name, "")
    if not isinstance(found, str) or len(found) > longest or any(_is_control(letter) for letter in found):
        raise Malformed(f"field {name}")
    return found


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"


def choice(fields: dict[str, object], name: str, of: Sequence[Choice]) -> Choice:
    """One field that must be one of these words."""
    found = fields.get(name)
    for word in of:
        if found == word:
            return word
    raise Malformed(f"field {name}")


def identifier(found: str | None, what: str) -> str:
    """A name of ours as it came in a path or a query."""
    if found is None or not _ID.fullmatch(found):
        raise Malformed(what)
    return found


def number(found: str | None, what: str) -> int:
    """A number of ours as it came in a query."""
    if found is None or not _NUMBER.fullmatch(found):
        raise Malformed(what)
    return int(found)


def token_for(secret: str) -> str:
    """The anti-forgery token of a session or page: derived from its secret, so that nothing is kept."""
    return hmac.new(secret.encode(), b"irmacall csrf", hashlib.sha256).hexdigest()


def must_be_same_origin(request: web.Request, origin: str) -> None:
    """Refuse what another site's page sends.

    A form that is posted under `Referrer-Policy: no-referrer` carries `Origin: null` (Fetch standard, 3.2), so
    that value passes where the browser itself says that the request is of our own origin.
    """
    sent = request.headers.get(hdrs.ORIGIN)
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin"):
        raise CrossSite("Sec-Fetch-Site")
    if sent != origin and not (sent == "null" and site == "same-origin"):
        raise CrossSite("Origin")


def must_not_be_cross_site_read(request: web.Request) -> None:
    """Refuse a read that another site's page makes; browsers that do not say so are kept out by SameSite."""
    if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        raise CrossSite("Sec-Fetch-Site")


def must_carry(sent: str | None, secret: str) -> None:
    """Refuse a request without the token that belongs to this secret."""
    # A header may hold bytes that are no UTF-8, which aiohttp hands on as lone surrogates (PEP 383).
    if sent is None or not hmac.compare_digest(sent.encode(errors="surrogatepass"), token_for(secret).encode()):
        raise CrossSite("token")
