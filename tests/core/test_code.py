"""The ten digits: every slip of one key is heard at once."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.core.code import LENGTH, Digits, check_digit, make_code, well_formed

CHANCE = st.integers(0, 10**9 - 1)


def test_the_example_of_the_method_has_its_published_check_digit() -> None:
    """Damm's own 572 is completed by 4."""
    assert check_digit("572") == "4"


@given(CHANCE)
def test_what_is_made_is_well_formed(chance: int) -> None:
    """Ten digits, the drawn nine first."""
    code = make_code(chance)
    assert (len(code), int(code[:-1])) == (LENGTH, chance)
    assert well_formed(Digits(code))


@given(CHANCE)
def test_every_single_wrong_digit_is_found(chance: int) -> None:
    """At each of the ten places, each of the nine other digits."""
    code = make_code(chance)
    for place, digit in product(range(LENGTH), "0123456789"):
        if code[place] != digit:
            assert not well_formed(Digits(code[:place] + digit + code[place + 1 :]))


@given(CHANCE)
def test_every_swap_of_two_neighbours_is_found(chance: int) -> None:
    """Whichever two that are not alike."""
    code = make_code(chance)
    for place in range(LENGTH - 1):
        one, two = code[place], code[place + 1]
        if one != two:
            assert not well_formed(Digits(code[:place] + two + one + code[place + 2 :]))


def test_the_table_finds_both_slips_in_every_state() -> None:
    """What the two properties above sample, for the whole of the table: it is totally anti-symmetric."""
    for state, one, two in product(range(10), repeat=3):
        if one != two:
            prefix = _reaching(state)
            assert check_digit(f"{prefix}{one}") != check_digit(f"{prefix}{two}")
            assert check_digit(f"{prefix}{one}{two}") != check_digit(f"{prefix}{two}{one}")


def _reaching(state: int) -> str:
    """A digit string after which the method stands in this state: its check digit is the state."""
    return next(str(digit) for digit in range(10) if check_digit(str(digit)) == str(state))


@pytest.mark.parametrize("digits", ["", "572", "57240000000", "٠٠٠٠٠٠٠٠٠٠", "000000000*", "00000 0000"])
def test_what_is_not_ten_digits_is_no_code(digits: str) -> None:
    """Too short, too long, digits of another script, other keys."""
    assert not well_formed(Digits(digits))


def test_a_code_is_made_from_nine_digits_and_no_more() -> None:
    """A larger number is a defect of the caller."""
    with pytest.raises(AssertionError):
        make_code(10**9)
