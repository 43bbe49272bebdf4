"""Numbers outside to which callers may be passed, and the lines that may call them."""

from __future__ import annotations

from pathlib import Path

from irmacall.service.outside import uncalled, uncalled_in_words
from tests.settings.sample import make_sample


def test_numbers_outside_that_no_line_may_call_are_named(tmp_path: Path) -> None:
    """Also those that are never called, whatever a line allows. One that is called in part is a number to call."""
    sample = make_sample(tmp_path)
    sample.change("ring = 25", 'outside = ["+31241", "+31900", "+4930"]')
    assert uncalled(sample.load()) == ("+31241", "+31900", "+4930")
    sample.change(
        'addresses = ["198.51.100.20/32"]',
        'addresses = ["198.51.100.20/32"]\noutbound = { host = "sip.example.nl", caller_id = "+31241234567", '
        'prefixes = ["+3124123", "+31900"] }',
    )
    assert uncalled(sample.load()) == ("+31900", "+4930")


def test_a_site_that_allows_none_is_told_nothing(tmp_path: Path) -> None:
    """Without words there is nothing to look at."""
    assert uncalled_in_words(make_sample(tmp_path).load()) == ""
