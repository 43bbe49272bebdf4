"""A site file that cannot be read, or is not there, and slips in its TOML: a line that says where and what helps."""

from __future__ import annotations

import pytest

from irmacall.errors import SettingsError
from tests.settings.sample import Sample, problems

SLIPS = {
    "a text without quotes": ("ring = 20", "ring = hunter2", "key ring); a text needs quotes"),
    "a unit": ("ring = 20", "ring = 20 hunter2", "key ring); a line holds one key and one value"),
    "an open quote": ('title = "Gemeente Voorbeeld"', 'title = "hunter2', "key title); a text ends on its own line"),
    "a key twice": ("ring = 20", "ring = 20\nring = 21", "key ring); this key stands there already"),
    "a slip inside a list": (
        'id = "pbdf.gemeente.personalData.prefix", field = "prefix"',
        'id = "pbdf.gemeente.personalData.prefix", field = hunter2',
        "key field); a text needs quotes",
    ),
    "a capital": (
        "ring = 20",
        "ring = 20\ncode = True",
        "key code); write true, in small letters and without quotes",
    ),
    "a capital in a list": (
        'id = "pbdf.gemeente.personalData.prefix", field = "prefix"',
        'id = "pbdf.gemeente.personalData.prefix", field = FALSE',
        "key field); write false, in small letters",
    ),
    "one bracket for the second of several": (
        '[[desk.queue]]\nid = "burgerzaken"',
        "# the second\n[desk.queue]",
        "there can be several of these: write [[desk.queue]] above each",
    ),
    "one table twice": (
        "[desk.times]",
        "[desk.times]\n[desk.times]",
        "; a table stands there once, with all its keys",
    ),
    "no =": ("ring = 20", "ring 20", "); a key has = behind it"),
    "a secret for a key": ("ring = 20", "hunter2hunter2= hunter2", "); a text needs quotes"),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_in_toml_is_told_with_its_key(sample: Sample, case: str) -> None:
    """The line, the key and what helps are told; the value never, which may be a secret in the wrong place."""
    old, new, expected = SLIPS[case]
    sample.change(old, new)
    at = sample.file.read_text().split(new)[0].count("\n") + 1 + new.count("\n")
    with pytest.raises(SettingsError) as refused:
        sample.load()
    assert expected in str(refused.value)
    assert f"(at line {at}, column " in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_one_bracket_for_the_first_of_several_is_told(sample: Sample) -> None:
    """Where the parser stops at the second, which is right."""
    sample.change("[[desk.queue]]", "[desk.queue]")
    with pytest.raises(SettingsError, match=r"; there can be several of these: write \[\[desk.queue\]\] above each$"):
        sample.load()


def test_a_data_directory_that_is_not_there_is_told_with_how_to_make_it(sample: Sample) -> None:
    """Not there, no directory, and open to all are three mistakes with three remedies."""
    data = sample.directory / "data"
    data.rmdir()
    (line,) = problems(sample)
    remedy = f"`install -d -o irmacall -g irmacall -m 0700 {data}` makes it (docs/install.md, 2)"
    assert line == f"site.data = '{data}': should be a directory that exists, and it does not: {remedy}"
    data.write_text("")
    assert problems(sample) == [f"site.data = '{data}': should be a directory"]
    data.unlink()
    data.mkdir()
    data.chmod(0o777)
    assert problems(sample) == [f"site.data = '{data}': should be a directory that others may not write in"]


FILES = {
    "an unclosed table": (b"[site\n", "is no TOML: "),
    "a key twice": (b"[site]\ndemo = true\ndemo = true\n", "is no TOML: "),
    "no text": (b"\xff\xfe[site]", "should be UTF-8; byte 0 is not"),
    "a NUL": (b"[site]\nx = '\x00'\n", "is no TOML: "),
    "a nesting without end": (b"x = " + b"[" * 100_000, "is no TOML that can be read"),
    "a number without end": (b"x = " + b"9" * 100_000, "is no TOML that can be read"),
    "a file without end": (b"# " + b"x" * 2_000_000, "should be a site file, which is never larger"),
}


@pytest.mark.parametrize("case", FILES)
def test_what_is_no_toml_is_told_in_a_line(sample: Sample, case: str) -> None:
    """A file that cannot be read at all gets one line, with the place where that is known."""
    content, expected = FILES[case]
    sample.file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        sample.load()
    message = str(refused.value)
    assert expected in message
    assert message.isprintable()


def test_an_empty_file_is_told_what_a_site_needs(sample: Sample) -> None:
    """Nothing at all is answered with the keys to begin with."""
    sample.file.write_text("")
    lines = problems(sample)
    for place in ("node: is missing", "desk: is missing", "irma.url: is missing", "public.origin: is missing"):
        assert any(line.startswith(place) for line in lines), lines


def test_a_file_that_is_not_there_is_told(sample: Sample) -> None:
    """A missing site file is no traceback."""
    sample.file.unlink()
    with pytest.raises(SettingsError, match="No such file"):
        sample.load()
