"""Who does what, and when: choices of one seed. Each actor throws dice of her own, whatever the others do."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

Choice = TypeVar("Choice")


class Fault(StrEnum):
    """What strikes."""

    DAEMON_KILLED = "daemon killed"
    DESK_REDIS_KILLED = "desk redis killed"
    VAULT_REDIS_KILLED = "vault redis killed"
    NODE_RESTARTED = "node restarted"
    PHONE_FROZEN = "phone frozen"
    PHONE_UNREGISTERED = "phone unregistered"
    ARI_CUT = "ARI cut"


class Ring(StrEnum):
    """What somebody does whose phone rings."""

    ANSWER = "answer"
    BUSY = "busy"
    REJECT = "reject"
    LET_RING = "let ring"


class Wish(StrEnum):
    """What somebody does with a caller on the line, on her screen or her phone; as the report counts it."""

    ACT = "act"
    """A key of her screen: hold, swap, complete and so on."""
    BLIND_PERSON = "blind to a person"
    BLIND_QUEUE = "to a queue"
    BLIND_OUTSIDE = "blind to outside"
    CONSULT_PERSON = "consult a person"
    CONSULT_OUTSIDE = "consult outside"
    BACK = "back"
    REFER_BLIND = "REFER blind"
    REFER_ATTENDED = "REFER attended"
    STAR_BLIND = "star code blind"
    STAR_CONSULT = "star code consult"
    STAR_ACT = "star code act"
    PHONE_HOLD = "phone hold"
    HANG_UP_SCREEN = "hang up on the screen"
    HANG_UP_PHONE = "hang up the phone"
    NOTHING = "nothing"


_RINGS: Final = {Ring.ANSWER: 80.0, Ring.BUSY: 6.0, Ring.REJECT: 6.0, Ring.LET_RING: 8.0}
_SCREEN: Final = {
    Wish.ACT: 14.0,
    Wish.BLIND_PERSON: 10.0,
    Wish.BLIND_QUEUE: 7.0,
    Wish.BLIND_OUTSIDE: 3.0,
    Wish.CONSULT_PERSON: 26.0,
    Wish.CONSULT_OUTSIDE: 4.0,
    Wish.BACK: 5.0,
    Wish.HANG_UP_SCREEN: 4.0,
    Wish.NOTHING: 8.0,
}
_PHONE: Final = {
    Wish.PHONE_HOLD: 5.0,
    Wish.STAR_BLIND: 3.0,
    Wish.STAR_CONSULT: 5.0,
    Wish.HANG_UP_PHONE: 4.0,
}
_REFERS: Final = {Wish.REFER_BLIND: 6.0, Wish.REFER_ATTENDED: 8.0}
_CONSULTING: Final = {Wish.ACT: 80.0, Wish.STAR_ACT: 8.0, Wish.HANG_UP_PHONE: 6.0, Wish.NOTHING: 6.0}
_ASKING: Final = {Wish.NOTHING: 84.0, Wish.ACT: 10.0, Wish.HANG_UP_PHONE: 6.0}
"""While whom she asks is still rung: mostly she waits."""
_CONSULTED: Final = {Wish.NOTHING: 80.0, Wish.HANG_UP_SCREEN: 10.0, Wish.HANG_UP_PHONE: 10.0}
_FAULTS: Final = {
    Fault.DAEMON_KILLED: 5.0,
    Fault.DESK_REDIS_KILLED: 3.0,
    Fault.VAULT_REDIS_KILLED: 1.0,
    Fault.NODE_RESTARTED: 2.0,
    Fault.PHONE_FROZEN: 3.0,
    Fault.PHONE_UNREGISTERED: 3.0,
    Fault.ARI_CUT: 4.0,
}
ACT_WEIGHTS: Final = {"hold": 3.0, "mute": 0.5, "swap": 3.0, "join": 3.0, "complete": 5.0, "cancel": 2.0}
STAR_ACTS: Final = ("*3", "*4", "*5", "*0")


@dataclass(frozen=True, slots=True)
class Situation:
    """What somebody at work can see of her own call. `keys`: buttons of her screen that ask for an act."""

    keys: Collection[str] = ()
    consulting: bool = False
    consulted: bool = False
    refers: bool = False
    """The phone stands on a node where it may pass callers on itself."""
    back: bool = False
    """Somebody passed the caller on to her."""


class Dice:
    """One actor's choices. The same seed and name throw the same."""

    def __init__(self, seed: int, who: str) -> None:
        self._random = random.Random(f"{seed}/{who}")

    def one_of(self, weights: Mapping[Choice, float]) -> Choice:
        """One of these, by weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def any_of(self, choices: Collection[Choice]) -> Choice:
        """One of these."""
        return self._random.choice(list(choices))

    def seconds(self, least: float, most: float) -> float:
        """A while."""
        return self._random.uniform(least, most)

    def chance(self, share: float) -> bool:
        """Whether it happens that happens in this share of all cases."""
        return self._random.random() < share

    def ring(self) -> Ring:
        """What to do with a phone that rings."""
        return self.one_of(_RINGS)

    def wish(self, now: Situation) -> Wish:
        """What to do with the call, of what can be done."""
        if now.consulted:
            return self.one_of(_CONSULTED)
        if now.consulting:
            return self.one_of(_CONSULTING if "complete" in now.keys else _ASKING)
        weights = {**_SCREEN, **_PHONE, **(_REFERS if now.refers else {})}
        return self.one_of({wish: weight for wish, weight in weights.items() if wish is not Wish.BACK or now.back})

    def key(self, keys: Collection[str]) -> str | None:
        """Which of the buttons to press; None where there is none that asks for an act."""
        weights = {key: ACT_WEIGHTS[key] for key in keys if key in ACT_WEIGHTS}
        return self.one_of(weights) if weights else None

    def fault(self) -> Fault:
        """What strikes next."""
        return self.one_of(_FAULTS)
