"""The time of day, as it stands on a page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def clock(at: float, zone: ZoneInfo) -> str:
    """Hours and minutes ("14:05") in this zone; `at` is epoch seconds."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")
