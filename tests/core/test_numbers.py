"""Telephone numbers as they are written, and which of them may be called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.core.numbers import NEVER, may_be_called, normalise

SUBSCRIBERS = st.from_regex(r"\A[1-9][0-9]{8}\Z")


@pytest.mark.parametrize(
    "written",
    [
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "+31612345678",
        "+31 (0)6 12345678",
        "0031612345678",
        "31612345678",
        " +31.6.1234.5678 ",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    """People, keypads and trunks write one number in many ways, and mean the same telephone."""
    assert normalise(written) == "+31612345678"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "0",
        "112",
        "0112",
        "+31112",
        "14020",
        "0800-1234",
        "0900 1234",
        "116000",
        "06123456789",
        "061234567",
        "00310612345678",
        "+310612345678",
        "anonymous",
        "+3161234567a",
        "0612345678;ext=1",
        "sip:0612345678@elsewhere.example",
        "0612345678@elsewhere.example",
        "0612345678,0687654321",
        "++31612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "+316１2345678",
        "0612345678\n",
        "+1234567890123456",
        "612345678",
    ],
)
def test_what_is_no_subscriber(written: str) -> None:
    """Short numbers, emergency numbers, too many digits, and anything that could be more than a number, are none."""
    assert normalise(written) is None


@pytest.mark.parametrize(
    ("written", "number"), [("+32 2 123 45 67", "+3221234567"), ("0044 20 7946 0000", "+442079460000")]
)
def test_a_number_abroad(written: str, number: str) -> None:
    """A number with a country keeps it."""
    assert normalise(written) == number


@given(SUBSCRIBERS)
def test_every_way_of_writing_is_the_same(subscriber: str) -> None:
    """With its country, with the exit code, or with the trunk digit: all normalise to one, and stay so."""
    number = f"+31{subscriber}"
    assert {normalise(f"{before}{subscriber}") for before in ("0", "31", "+31", "0031", "+31(0)")} == {number}
    assert normalise(number) == number


@given(st.text(max_size=25))
def test_whatever_is_written(written: str) -> None:
    """Any text is a plain E.164 number or none: nothing that a dial string could be made to mean."""
    number = normalise(written)
    assert number is None or re.fullmatch(r"\+[0-9]{8,15}", number, re.ASCII)


@given(st.text("0123456789+-() ", max_size=20))
def test_whatever_is_keyed_in(written: str) -> None:
    """What begins as a number and is none is not repaired."""
    number = normalise(written)
    assert number is None or re.sub("[^0-9]", "", written).endswith(number[3:])


@pytest.mark.parametrize("number", [f"{prefix}123456789"[:12] for prefix in NEVER])
def test_never_called(number: str) -> None:
    """Numbers that cost by the call stay out, also where a site allows all of the Netherlands."""
    assert not may_be_called(number, ("+31",))


def test_only_what_is_allowed() -> None:
    """A number is called where one of the prefixes begins it, and where there is none nobody is."""
    assert may_be_called("+31612345678", ("+3120", "+316"))
    assert not may_be_called("+31201234567", ("+316",))
    assert not may_be_called("+4915112345678", ("+31",))
    assert not may_be_called("+31612345678", ())
