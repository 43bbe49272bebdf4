"""The headers that every answer carries. Sources: OWASP ASVS 5.0 (V3), the Secure Headers project, MDN."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import web

_FIXED: Final = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), "
        "geolocation=(), gyroscope=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()"
    ),
}


_FRAMED: Final = web.ResponseKey("framed", str)
_NOBODY: Final = "frame-ancestors 'none'"

Answer = TypeVar("Answer", bound=web.StreamResponse)


def content_security_policy(connect: tuple[str, ...] = ()) -> str:
    """Only our own origin, no inline script or style, no markup out of strings (Trusted Types, no policy)."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connect)),
            "form-action 'self'",
            "base-uri 'none'",
            _NOBODY,
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def fixed(policy: str) -> dict[str, str]:
    """What every answer carries, whatever it is about."""
    return {**_FIXED, "Content-Security-Policy": policy, "Server": "irmacall"}


def may_be_framed_by(origin: str, response: Answer) -> Answer:
    """This one answer may stand in a frame of this origin's pages, and of nobody else's; all others in none."""
    response[_FRAMED] = origin
    return response


def security_headers(policy: str) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A signal handler that puts the headers on an answer just before it leaves."""
    always = fixed(policy)

    async def put(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(always)
        if (origin := response.get(_FRAMED)) is not None:
            del response.headers["X-Frame-Options"]  # which knows all or none: the policy says who
            response.headers["Content-Security-Policy"] = policy.replace(_NOBODY, f"frame-ancestors {origin}")
        response.headers["Cache-Control"] = "no-cache" if _is_static(request) else "no-store"

    return put


def _is_static(request: web.Request) -> bool:
    return request.path.startswith("/static/")
