"""The cookie in which the secret of a citizen's page lives."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from irmacall.web.citizen_ports import PageToken

COOKIE: Final = "__Host-irmacall-page"
_COOKIE_SECONDS: Final = 3600
"""As long as a disclosure can live."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")


def page_of(request: web.Request) -> PageToken | None:
    """The page that this browser has; None: none, or something that is no secret of ours."""
    found = request.cookies.get(COOKIE)
    return PageToken(found) if found is not None and _TOKEN.fullmatch(found) else None


def give(response: web.StreamResponse, page: PageToken) -> None:
    """From now on this browser has this page."""
    response.set_cookie(COOKIE, page, max_age=_COOKIE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax")
