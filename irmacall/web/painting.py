"""What the agent's screen is sent: the panel and the card as JSON, a nudge as an event."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from irmacall.core.ids import CallId, GrantNumber
from irmacall.web import callkeys, greeting, identification, identify_words, passing, words
from irmacall.web.i18n import _
from irmacall.web.ports import CallbackView, Card, Nudge, PanelView, QueueView, RingingView, TalkingView

CALLBACKS_SHOWN: Final = 6
"""So many are listed; of the others is told how many there are."""


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


def panel(seen: PanelView, reasons: Sequence[str]) -> dict[str, object]:
    """All but the identity. Durations in seconds; the page counts on from there. `reasons`: to pause for."""
    on_the_phone = seen.ringing is not None or seen.talking is not None
    return {
        "availability": seen.availability,
        "headline": words.headline(seen),
        "sentence": words.sentence(seen),
        "official": seen.official,
        "announcement": _announcement(seen),
        "since": None if on_the_phone else _tenths(seen.since),
        "left": None if on_the_phone else _tenths(seen.left),
        "reasons": list(reasons),
        "ringing": seen.ringing and _ringing(seen.ringing),
        "talking": seen.talking and _talking(seen.talking),
        "waiting": [_queue(queue) for queue in seen.waiting],
        "callbacks": {
            "rows": [_callback(callback) for callback in seen.callbacks[:CALLBACKS_SHOWN]],
            "more": words.more_callbacks(len(seen.callbacks) - CALLBACKS_SHOWN),
        },
    }


def _announcement(seen: PanelView) -> str:
    told, talking = [words.announcement(seen)], seen.talking
    if talking is not None and talking.consult is not None:
        told.append(passing.consulting(talking.consult))
    if talking is not None and talking.identify is not None and talking.identify.asked is not None:
        told.append(identify_words.state(talking.identify.asked))
    return " ".join(told)


def _ringing(ringing: RingingView) -> dict[str, object]:
    return {
        "title": words.ringing(ringing),
        "queue": ringing.queue,
        "subject": _subject(ringing),
        "language": words.language(ringing.language),
        "waited": _tenths(ringing.waited),
        "note": words.ringing_note(ringing),
        "told": words.notice(ringing),
    }


def _subject(ringing: RingingView) -> str:
    """What it is about; empty, as its queue is, for who is shown nothing of the caller."""
    if ringing.subject or not ringing.queue:
        return ringing.subject or ""
    return _("onbekend") if ringing.callback else _("zonder code")


def _talking(talking: TalkingView) -> dict[str, object]:
    subject = _("Terugbelverzoek") if talking.callback and not talking.identified else talking.subject
    consult = talking.consult
    return {
        "call": talking.call,
        "grant": talking.grant,
        "identified": talking.identified,
        "seconds": _tenths(talking.seconds),
        "about": " · ".join(filter(None, (talking.queue, subject))),
        "language": words.language(talking.language),
        "unknown": words.unknown(talking),
        "hers": talking.consulted_by is None,
        "title": _("In gesprek") if talking.consulted_by is None else _("In overleg"),
        "passed": passing.passed_by(talking),
        "back": talking.passed_by_user,
        "state": words.state(talking),
        "onlooker": words.onlooker(talking),
        "keys": {name: [key.label, key.act, key.pressed] for name, key in callkeys.offered(talking).items()},
        "consult": consult and {"told": passing.consulting(consult), "seconds": _tenths(consult.seconds)},
        "returned": passing.returned(talking),
        "identify": talking.identify and identification.painted(talking.identify),
    }


def _queue(queue: QueueView) -> dict[str, object]:
    return {
        "title": queue.title,
        "count": queue.count,
        "longest": _tenths(queue.longest),
        "there": _("{free} van {agents}").format(free=queue.free, agents=queue.agents),
    }


def _callback(callback: CallbackView) -> dict[str, object]:
    later = callback.due > 0 and not callback.under_way
    return {
        "title": callback.queue,
        "asked": _tenths(callback.asked),
        "tries": words.tries(callback.tries),
        "when": words.when(callback),
        "due": _tenths(callback.due) if later else None,
    }


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def card(seen: Card, timezone: str, now: float | None = None) -> dict[str, object]:
    """Who is on the line, as the screen shows it. Ages are durations: the browser's clock may be wrong."""
    note = {"note": _lines(seen.note), "from": passing.note_from(seen.note_by) if seen.note else ""}
    told = {
        "call": seen.call,
        "grant": seen.grant,
        "identified": seen.identified,
        "unknown": _(words.ANONYMOUS),
        **note,
    }
    return {**told, **_identity(seen, timezone, time.time() if now is None else now)} if seen.identified else told


def _identity(seen: Card, timezone: str, at: float) -> dict[str, object]:
    local = datetime.fromtimestamp(at, ZoneInfo(timezone))
    names = {"initials": seen.initials, "prefix": seen.prefix, "familyname": seen.familyname}
    return {
        "greeting": greeting.greeting(local, gender=seen.gender, language=seen.language, **names),
        "language": greeting.spoken(seen.language),
        "name": greeting.written(**names),
        "gender": greeting.gender_in_words(seen.gender),
        "age": max(0, round(at - seen.disclosed_at)),
        "left": max(0, round(seen.expires_at - at)),
        "scheme": seen.scheme,
        "issuer": seen.issuer,
        "demo": seen.demo,
        "crm": seen.crm_url if seen.crm_url and urlsplit(seen.crm_url).scheme in ("https", "http") else None,
        "say": seen.words[0] if seen.words else "",
        "hear": seen.words[1] if seen.words else "",
        "others": [[_as_heading(label), greeting.printable(value)] for label, value in seen.others.items()],
    }


def _lines(note: str) -> str:
    """A note as it was written, line by line, without what could make it look like another."""
    return "\n".join(greeting.printable(line) for line in note.splitlines()).strip("\n")


def _as_heading(label: str) -> str:
    """What a citizen reads as "uw geboortedatum" stands on the card as "Geboortedatum"."""
    bare = label.removeprefix("uw ")
    return bare[:1].upper() + bare[1:]
