"""The script of a storm: one seed, one play; and nobody does what cannot be done."""

from __future__ import annotations

from collections import Counter

from bench.storm.script import ACT_WEIGHTS, Dice, Fault, Ring, Situation, Wish


def _play(seed: int, who: str) -> list[object]:
    dice = Dice(seed, who)
    return [(dice.ring(), dice.fault(), dice.seconds(0, 9), dice.wish(Situation(refers=True))) for _ in range(50)]


def test_the_same_seed_makes_the_same_choices_whatever_the_others_do() -> None:
    """An actor's choices depend on the seed and her name alone."""
    alone = _play(7, "samira")
    _play(7, "willem")
    assert _play(7, "samira") == alone
    assert _play(7, "willem") != alone
    assert _play(8, "samira") != alone


def test_every_choice_comes_up() -> None:
    """In a long storm each fault strikes, each answer is given, and each wish is wished."""
    dice = Dice(1, "anybody")
    assert {dice.ring() for _ in range(500)} == set(Ring)
    assert {dice.fault() for _ in range(500)} == set(Fault)
    free = {dice.wish(Situation(refers=True, back=True)) for _ in range(3000)}
    consulting = {dice.wish(Situation(consulting=True, keys=["complete"])) for _ in range(500)}
    assert free | consulting == set(Wish)


def test_nobody_refers_where_phones_may_not_and_nobody_goes_back_to_no_one() -> None:
    """What the node or the screen does not offer is not tried."""
    dice = Dice(1, "anybody")
    wishes = Counter(dice.wish(Situation()) for _ in range(2000))
    assert not {Wish.REFER_BLIND, Wish.REFER_ATTENDED, Wish.BACK, Wish.STAR_ACT} & set(wishes)


def test_who_is_consulted_passes_nobody_on() -> None:
    """She talks, and she can hang up."""
    dice = Dice(1, "anybody")
    wishes = {dice.wish(Situation(consulting=False, consulted=True)) for _ in range(500)}
    assert wishes == {Wish.NOTHING, Wish.HANG_UP_SCREEN, Wish.HANG_UP_PHONE}


def test_a_key_is_one_that_the_screen_offers() -> None:
    """Buttons that ask the desk for nothing are left alone."""
    dice = Dice(1, "anybody")
    assert {dice.key(["transfer", "swap", "cancel"]) for _ in range(100)} == {"swap", "cancel"}
    assert dice.key(["transfer"]) is None
    assert {dice.key(list(ACT_WEIGHTS)) for _ in range(500)} == set(ACT_WEIGHTS)
