"""What the agent's screen is sent: the panel and the card as JSON, a nudge as an event."""

from __future__ import annotations

import time
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from irmacall.core.ids import CallId, GrantNumber
from irmacall.web import greeting, words
from irmacall.web.i18n import _
from irmacall.web.ports import Card, Nudge, PanelView


def call_of(found: str) -> CallId:
    """A call's id as it came in a query."""
    return CallId(found)


def grant_of(found: int) -> GrantNumber:
    """A grant's number as it came in a query."""
    return GrantNumber(found)


def nudge(told: Nudge) -> bytes:
    """One nudge as an event: what changed, never what it is now."""
    if told.kind == "card":
        return f"event: card\ndata: {told.grant} {told.call}\n\n".encode()
    return f"event: {told.kind}\ndata:\n\n".encode()


def panel(seen: PanelView) -> dict[str, object]:
    """All but the identity. Durations in seconds; the page counts on from there."""
    ringing, talking = seen.ringing, seen.talking
    return {
        "availability": seen.availability,
        "headline": words.headline(seen),
        "sentence": words.sentence(seen),
        "announcement": words.announcement(seen),
        "ringing": ringing
        and {"queue": ringing.queue, "subject": ringing.subject or _("zonder code"), "waited": round(ringing.waited)},
        "talking": talking
        and {
            "call": talking.call,
            "grant": talking.grant,
            "identified": talking.identified,
            "seconds": round(talking.seconds),
            "about": " · ".join(filter(None, (talking.queue, talking.subject))),
        },
        "waiting": [
            {"title": queue.title, "count": queue.count, "longest": round(queue.longest)} for queue in seen.waiting
        ],
    }


def card(seen: Card, timezone: str, now: float | None = None) -> dict[str, object]:
    """Who is on the line, as the screen shows it. Ages are durations: the browser's clock may be wrong."""
    at = time.time() if now is None else now
    local = datetime.fromtimestamp(at, ZoneInfo(timezone))
    names = {"initials": seen.initials, "prefix": seen.prefix, "familyname": seen.familyname}
    return {
        "call": seen.call,
        "grant": seen.grant,
        "greeting": greeting.greeting(local, gender=seen.gender, **names),
        "name": greeting.written(**names),
        "gender": greeting.gender_in_words(seen.gender),
        "age": max(0, round(at - seen.disclosed_at)),
        "left": max(0, round(seen.expires_at - at)),
        "scheme": seen.scheme,
        "issuer": seen.issuer,
        "demo": seen.demo,
        "crm": seen.crm_url if seen.crm_url and urlsplit(seen.crm_url).scheme in ("https", "http") else None,
        "others": [[_as_heading(label), greeting.printable(value)] for label, value in seen.others.items()],
    }


def _as_heading(label: str) -> str:
    """What a citizen reads as "uw geboortedatum" stands on the card as "Geboortedatum"."""
    bare = label.removeprefix("uw ")
    return bare[:1].upper() + bare[1:]
