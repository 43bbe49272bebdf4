"""What the demo's municipality does with a caller: a menu, three queues, and a call back for who would not wait."""

from __future__ import annotations

from typing import Final

from lab.exchange import Exchange

MENU: Final = "demo-keuze"
"""What the menu says: the name of its sound."""
APPOINTMENTS, ENGLISH = "1", "9"
"""Keys of the menu. All else is `2`, and `0`, as in every menu."""
PATIENCE_S: Final = 6

EXCHANGE: Final = Exchange(
    desk={"start": {"menu": "hoofd"}},
    queues={
        "afspraken": {
            "patience": PATIENCE_S,
            "impatient": {"queue": "publiekszaken"},
            "announce": {"first": 1, "every": 20},
        },
        "publiekszaken": {
            "callback": True,
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
                    {"key": "2", "queue": "publiekszaken"},
                    {"key": ENGLISH, "menu": "hoofd", "language": "en"},
                ],
            }
        ],
    },
)
