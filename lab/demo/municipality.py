"""What the demo's municipality does with a caller: a menu, three queues, a call back for who would not wait.

Its phones pass callers on by star codes too, so that whoever tries that needs no screen for it.
"""

from __future__ import annotations

from typing import Final

from lab.exchange import Exchange

MENU: Final = "demo-keuze"
"""What the menu says: the name of its sound."""
APPOINTMENTS, ANYTHING_ELSE, ENGLISH = "1", "2", "9"
"""Keys of the menu. `0` leads to a person, as in every menu."""
PATIENCE_S: Final = 6
WRAP_UP_S: Final = 60
ITS_EXTENSION: Final = "2900"
"""Who keys this in passes a caller to the queue for anything else; nobody's of the staff."""
HERS, HERS_AS_KEYED = "+31612345678", "0612345678"
"""The number of a citizen's telephone; nobody's (it calls nowhere but in the lab)."""

EXCHANGE: Final = Exchange(
    desk={"start": {"menu": "hoofd"}},
    transfer={"star_codes": True, "outside": [HERS]},
    queues={
        "afspraken": {
            "patience": PATIENCE_S,
            "impatient": {"queue": "publiekszaken"},
            "announce": {"first": 1, "every": 20},
        },
        "publiekszaken": {
            "extension": ITS_EXTENSION,
            "callback": True,
            "wrap_up": WRAP_UP_S,
            "announce": {"first": 10, "every": 30, "comfort": ["comfort-1", "comfort-3"]},
        },
    },
    tables={
        "language": [{"id": "nl"}, {"id": "en"}],
        "sound": [
            {
                "id": MENU,
                "nl": "Wilt u een afspraak maken? Toets één. Voor iets anders: toets twee. For English: press nine.",
                "en": "Would you like to make an appointment? Press one. For anything else, press two.",
            }
        ],
        "menu": [
            {
                "id": "hoofd",
                "sound": MENU,
                "tries": 2,
                "choices": [
                    {"key": APPOINTMENTS, "queue": "afspraken"},
                    {"key": ANYTHING_ELSE, "queue": "publiekszaken"},
                    {"key": ENGLISH, "menu": "hoofd", "language": "en"},
                ],
            }
        ],
    },
)
