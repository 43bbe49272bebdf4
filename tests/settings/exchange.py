"""A site whose desk has everything that an exchange can have, for tests to spoil."""

from __future__ import annotations

from pathlib import Path

from tests.settings.sample import Sample, make_sample

TRUNK = 'addresses = ["198.51.100.20/32"]\n'
OUTBOUND = 'outbound = { host = "sip.example.nl", caller_id = "+31241234567" }\n'

DESK = """\
[[desk]]
id = "voorbeeld"
title = "Gemeente Voorbeeld"
number = "+31241234567"
default_queue = "algemeen"
schemes = ["pbdf"]
privacy_contact = "privacy@example.nl"
hours = "kantoor"
closed = { message = "gesloten" }
start = { menu = "hoofd" }
code_tries = 4

[desk.times]
choice = 1.5

[desk.callback]
tries = 2
interval = 300
span = 3600

[desk.transfer]
ring = 25
outside = ["+31241", "+316"]

[[desk.queue]]
id = "algemeen"
title = "Algemeen"
extension = "2100"
strategy = "ring-all"
ring = 15
most = 50
full = { message = "queue-full" }
music = "default"

[[desk.queue]]
id = "burgerzaken"
title = "Burgerzaken"
extension = "2200"
strategy = "round-robin"
head_start = 30
wrap_up = 45
patience = 180
impatient = { queue = "algemeen" }
nobody = { queue = "algemeen" }
steps = [{ after = 0, skills = { paspoort = 2 } }, { after = 60, skills = { paspoort = 1 }, language = false }]
announce = { first = 10, every = 30, position = true, expected_wait = false, comfort = ["rustig", "comfort-1"] }

[[desk.queue]]
id = "belastingen"
title = "Belastingen"
hours = "avond"
closed = { queue = "algemeen" }
callback = true
most = 5
full = { callback = true }
service_level = { share = 0.9, seconds = 30 }

[[desk.schedule]]
id = "kantoor"
monday = ["09:00-12:00", "12:00-17:00"]
tuesday = ["9:00-12:00", "13:00-17:00"]
exceptions = [
    { date = 2026-12-24, open = ["09:00-12:00"] },
    { date = "2026-12-28", until = "2026-12-31" },
]

[[desk.schedule]]
id = "avond"
friday = ["18:00-24:00"]
holidays = ""

[[desk.language]]
id = "nl"

[[desk.language]]
id = "en"
skill = "engels"
level = 1

[[desk.sound]]
id = "gesloten"
nl = "Wij zijn gesloten."
en = "We are closed."

[[desk.sound]]
id = "keuze"
nl = "Toets 1 of 2."
en = "Press 1 or 2."

[[desk.sound]]
id = "rustig"
nl = "Blijf rustig."
en = "Keep calm."

[[desk.menu]]
id = "hoofd"
sound = "keuze"
tries = 2
choices = [
    { key = "1", queue = "burgerzaken" },
    { key = "2", menu = "tarieven" },
    { key = "3", message = "gesloten" },
    { key = "9", menu = "hoofd", language = "en" },
]

[[desk.menu]]
id = "tarieven"
sound = "keuze"
otherwise = { menu = "hoofd" }
choices = [{ key = "0", queue = "belastingen" }]

[[desk.group]]
id = "kcc"
title = "Klantcontactcentrum"
queues = ["algemeen", "burgerzaken"]
skills = { paspoort = 2, engels = 1 }

[[desk.group]]
id = "belasting"
title = "Belastingen"
queues = ["belastingen"]
skills = { engels = 1 }

[[desk.subject]]
id = "paspoort"
title = "Paspoort"
queue = "burgerzaken"
explanation = "Zo weten wij wie u bent."
attributes = [{ id = "pbdf.gemeente.personalData.initials", field = "initials", label = "uw voorletters" }]
"""


def make_exchange(directory: Path, *desks: str) -> Sample:
    """The example's site with these desks for its own."""
    sample = make_sample(directory)
    before = sample.file.read_text(encoding="utf-8").partition("[[desk]]")[0]
    sample.file.write_text(before + "\n".join(desks), encoding="utf-8")
    sample.change(TRUNK, f"{TRUNK}{OUTBOUND}")
    return sample


def changed(old: str, new: str, desk: str = DESK) -> str:
    """The desk with something else where `old` stands first."""
    assert old in desk, old
    return desk.replace(old, new, 1)
