"""What stands before every handler: errors become answers here, and a route without a known role is refused."""

from __future__ import annotations

import errno
import logging
import math
import traceback
from collections.abc import Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from irmacall.errors import LeaseLost, PeerError, Refused
from irmacall.web.doors import CrossSite, Malformed
from irmacall.web.ports import TooManyTries

log = logging.getLogger("irmacall.web")

ErrorPage = Callable[[web.Request, int], web.Response]
"""Draws the page that somebody reads when she asked for a page and it cannot be had."""


def errors_to_answers(draw: ErrorPage) -> Middleware:
    """A middleware that answers every failure with a status, and logs it without any content."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as plain:
            if plain.status < 400:
                raise
            return _answer(request, draw, plain.status, "http", plain.headers.get(hdrs.ALLOW))
        except Exception as broken:  # noqa: BLE001 - the last stop: it is logged, and the visitor gets an answer
            return _answer_to(request, draw, broken)

    return answer


def _answer_to(request: web.Request, draw: ErrorPage, broken: Exception) -> web.Response:
    match broken:
        case Malformed():
            return _answer(request, draw, 400, f"malformed what={broken.what!r}")
        case CrossSite():
            return _answer(request, draw, 403, f"cross_site why={broken.why}")
        case TooManyTries():
            response = _answer(request, draw, 429, "too_many_tries")
            response.headers[hdrs.RETRY_AFTER] = str(math.ceil(broken.retry_after))
            return response
        case Refused():
            return _answer(request, draw, 403, "refused")
        case OSError(errno=errno.ENAMETOOLONG):  # of a file that a visitor made up: no other name comes from outside
            return _answer(request, draw, 404, "name_too_long")
        case LeaseLost() | PeerError():
            return _answer(request, draw, 503, f"away kind={type(broken).__name__}")
    return _answer(
        request, draw, 500, f"broken kind={type(broken).__name__} at={_where(broken)}", level=logging.ERROR
    )


def _answer(
    request: web.Request,
    draw: ErrorPage,
    status: int,
    what: str,
    allow: str | None = None,
    level: int = logging.INFO,
) -> web.Response:
    log.log(level, "action=http.refused status=%d method=%s door=%s %s", status, *_door(request), what)
    wants_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    response = draw(request, status) if wants_page else web.json_response({"status": status}, status=status)
    if allow is not None:
        response.headers[hdrs.ALLOW] = allow
    if status in (400, 413):
        response.force_close()  # what is left of a body that we would not read is not the next request
    return response


def _door(request: web.Request) -> tuple[str, str]:
    """Method and route, never the path as it was sent: it may hold anything."""
    resource = request.match_info.route.resource
    method = request.method if request.method in hdrs.METH_ALL else "other"
    return method, resource.canonical if resource is not None else "none"


def _where(broken: BaseException) -> str:
    """The lines that it went through, without the exception's own text: that may quote what came in."""
    frames = traceback.extract_tb(broken.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
