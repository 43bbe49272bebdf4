"""What an app must know of its site: where it stands, what it is called, and its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from irmacall.web.addresses import Network

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
STATIC = Path(__file__).resolve().parent / "static"


@dataclass(frozen=True, slots=True)
class WebConfig:
    """One app's settings. `origin` is the exact origin that its visitors' browsers use.

    What is told to people (municipality, timezone, privacy, pause_reasons) may differ from one request to the next,
    since a site file can be read anew; all else stays as it was when the app began.
    """

    origin: str
    municipality: str
    """As people say it: "gemeente Voorbeeld"."""
    timezone: str = "Europe/Amsterdam"
    irma_origins: tuple[str, ...] = ()
    """Origins of the yivi server's client side: the citizen's browser follows its session there."""
    privacy_contact: str = ""
    """Whom to ask about her data (AVG art. 13): an address or a number."""
    privacy_url: str | None = None
    demo: bool = False
    """Say on every page that this is a demonstration with made-up people."""
    pause_reasons: tuple[str, ...] = ("Pauze", "Overleg", "Training")
    break_glass: bool = False
    """Management may see a caller whom another has on the line, for a minute and a reason."""
    dropped_minutes: int = 0
    """So long an identity stays sealed after its caller hung up or was cut off; 0: not at all."""
    crm_origin: str | None = None
    """The CRM whose pages may have `/crm` in a frame; None: there is no such page."""
    begins_per_minute: int = 20
    """Disclosures that one address may begin in a minute, before it must wait."""
    logins_per_minute: int = 10
    streams: int = 2000
    """Pages that may be followed live at once, of all addresses."""
    streams_per_address: int = 64
    allow: tuple[Network, ...] = ()
    """The addresses that are served; empty: all."""
    templates: Path = TEMPLATES
    static: Path = STATIC


InForce = Callable[[], WebConfig]
"""The settings that hold now."""
