"""Whatever stands in a site file, the answer is settings or one message: never a traceback."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irmacall.errors import SettingsError
from irmacall.settings import Purpose, load
from irmacall.settings.reading import Problems, keys_of, read
from irmacall.settings.site import SiteFile
from tests.settings.sample import EXAMPLE

KEYS = sorted({name for at, _ in keys_of(SiteFile, "") for name in at.split(".")})
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["https://[", "http://[::1]:x/", "//", "redis://:p@h/0", "a" * 99, "https://{", "\x00", "::1", "Europe"]
    ),
    st.from_regex(r"\A(https?|rediss?|unix)://[a-z0-9:@\[\]{}/.%?#-]{0,20}\Z"),
)
VALUES = st.recursive(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(),
        st.integers(min_value=10**30, max_value=10**40),
        st.floats(),
        st.dates().map(lambda day: date(day.year, day.month, day.day)),
        st.just(datetime(2026, 1, 1)),  # noqa: DTZ001
        st.just(time(1, 2)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), inner, max_size=6),
    ),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A file to write a site in, again and again."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory) / "site.toml"


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
@settings(max_examples=300, deadline=None)
def test_tables_of_anything_are_read_or_told(raw: dict[str, object]) -> None:
    """Values of every kind TOML has, in any nesting, end as a site or as lines that one can print."""
    problems = Problems()
    complete = read(SiteFile, raw, "", problems)
    assert (complete is None) == bool(problems.lines)
    assert all(line.isprintable() and len(line) < 1000 for line in problems.lines)


LINES = EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.one_of(st.just(""), TEXTS), st.booleans()), max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoiled_example_is_told(place: Path, spoils: list[tuple[int, str, bool]]) -> None:
    """The example with lines lost, changed or mixed is told in a message, whatever is wrong with it."""
    lines = list(LINES)
    for at, text, whole in spoils:
        key, sign, _ = lines[at].partition("=")
        lines[at] = text if whole or not sign else f"{key}= {text!r}\n"
    place.write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
    with pytest.raises(SettingsError) as refused:
        load(place, place.parent, {}, Purpose.CHECK)
    assert all(line.isprintable() for line in str(refused.value).splitlines())


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_anything_is_told(place: Path, content: bytes) -> None:
    """Bytes of whatever kind in place of a site are a message."""
    place.write_bytes(content)
    with contextlib.suppress(SettingsError):
        load(place, None, dict(os.environ), Purpose.FILE)
