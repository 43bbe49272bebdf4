"""In which language, and in light or dark, somebody wants her pages: asked of her browser, and remembered.

Who is logged in has it with her account, wherever she sits; a visitor in a cookie, which holds nothing else.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from babel import negotiate_locale

from irmacall.web import doors, i18n
from irmacall.web.doors import Malformed

Theme = Literal["auto", "light", "dark"]
"""`auto`: as the device says."""
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
COOKIE: Final = "__Host-irmacall-look"
_COOKIE_SECONDS: Final = 365 * 24 * 3600
_LONGEST_PATH: Final = 500
_OWN_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._:-]+(?:/[A-Za-z0-9._:-]+)*/?)?(?:\?[A-Za-z0-9=&._:%+-]*)?")
"""Each character can be met in one way alone: whatever is sent, it is read once."""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody chose. `language` None: nothing, and her browser says."""

    language: str | None = None
    theme: Theme = "auto"

    def taken_from(self, kept: str) -> Look:
        """With what was remembered as text (`as_text`); what that does not say, or says wrongly, stays as it is."""
        said = kept.split(".")
        language = next((each for each in i18n.LANGUAGES if each in said), self.language)
        return Look(language, next((each for each in THEMES if each in said), self.theme))

    def as_text(self) -> str:
        """To remember it by: "en.dark"."""
        return f"{self.language or ''}.{self.theme}"


_UNASKED: Final = Look()
_look: ContextVar[Look] = ContextVar("look", default=_UNASKED)
_here: ContextVar[str] = ContextVar("here", default="/")


def looking() -> Middleware:
    """A middleware that knows how a visitor wants her pages, before anybody knows who she is."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        here = request.path_qs if request.method == "GET" else "/"
        _here.set(here if _is_ours(here) else "/")
        asked = Look(_asked(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")))
        wear(asked.taken_from(request.cookies.get(COOKIE, "")))
        return await handler(request)

    return look


def wear(look: Look) -> None:
    """From now on, this request is answered so."""
    _look.set(look)
    i18n.speak(look.language or i18n.DUTCH)


def worn() -> Look:
    """How this request is answered."""
    return _look.get()


def here() -> str:
    """The page that was asked for, to come back to."""
    return _here.get()


async def changed(request: web.Request, origin: str) -> tuple[web.Response, Look]:
    """Answer to the form that each page has: remember what it says, and show the page that it was on.

    Raises CrossSite or Malformed.
    """
    doors.must_be_same_origin(request, origin)
    fields = await doors.form(request)
    look, path = _chosen(fields), fields.get("back", "/")
    if not _is_ours(path):
        raise Malformed("field back")
    response = web.Response(status=303, headers={"Location": path})
    response.set_cookie(
        COOKIE, look.as_text(), max_age=_COOKIE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
    )
    return response, look


def _is_ours(path: str) -> bool:
    return len(path) <= _LONGEST_PATH and _OWN_PATH.fullmatch(path) is not None


def _chosen(fields: dict[str, str]) -> Look:
    """What this request is answered in, but for what the form says."""
    given: dict[str, object] = {**fields}
    look = worn()
    if "language" in given:
        look = replace(look, language=doors.choice(given, "language", i18n.LANGUAGES))
    return replace(look, theme=doors.choice(given, "theme", THEMES)) if "theme" in given else look


def _asked(accept: str) -> str | None:
    """The language that her browser asks for first, of those that we have (RFC 9110, 12.5.4)."""
    ranges = [part.partition(";") for part in accept[:200].split(",")]
    wanted = sorted((part for part in ranges if _weight(part[2]) > 0), key=lambda part: -_weight(part[2]))
    return negotiate_locale([name.strip() for name, _, _ in wanted if name.strip()], i18n.LANGUAGES, sep="-")


def _weight(said: str) -> float:
    name, _, number = said.strip().partition("=")
    try:
        return float(number) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
