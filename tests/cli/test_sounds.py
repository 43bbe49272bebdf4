"""`irmacall prompts`: made for what the site's desks say, and checked by whoever has them recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from irmacall.prompts import catalogue
from tests.cli.command import here, on_site
from tests.prompts.sounds import voice, write
from tests.settings.sample import Sample

_OWN = """
[[desk.sound]]
id = "menu-hoofd"
nl = "Voor paspoorten, toets één."
en = "For passports, press one."
"""


@pytest.fixture(autouse=True)
def few(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """irmacall comes with two texts a language, so that a test is quick."""
    texts = tmp_path_factory.mktemp("catalogue")
    (texts / "prompts.nl.toml").write_text('welcome = "Welkom."\nclosed = "Wij zijn nu gesloten."\n')
    (texts / "prompts.en.toml").write_text('welcome = "Welcome."\nclosed = "We are closed now."\n')
    monkeypatch.setattr(catalogue, "_CATALOGUES", texts)


def test_a_site_gets_a_sound_of_every_text(sample: Sample, tmp_path: Path) -> None:
    """Those that irmacall comes with, and the site's own; afterwards all of them are still to be recorded."""
    sample.add(_OWN)
    made = on_site(sample, "prompts", "make", "--out", tmp_path, "--music", tmp_path / "music")
    assert made.code == 0, made.err
    assert "nl: 0 recorded, " in made.out
    assert f"music: made in {tmp_path / 'music'}" in made.out
    assert (tmp_path / "nl/irmacall/menu-hoofd.wav16").is_file()
    assert (tmp_path / "nl/irmacall/welcome.wav").is_file()
    checked = on_site(sample, "prompts", "check", "--out", tmp_path)
    assert checked.code == 0, checked.out
    assert "record nl/menu-hoofd: Voor paspoorten, toets één.\n" in checked.out
    assert checked.out.endswith(" to record, 0 things wrong\n")
    again = on_site(sample, "prompts", "make", "--out", tmp_path, "--music", tmp_path / "music")
    assert "0 files made now" in again.out
    assert "there are sounds already" in again.out


def test_without_a_site_there_are_irmacalls_own_texts(tmp_path: Path) -> None:
    """--shipped makes both languages, and a recording of one of them is judged."""
    assert here("prompts", "make", "--shipped", "--out", tmp_path).code == 0
    write(tmp_path / "en/irmacall/closed.wav", voice(peak=0.02))
    checked = here("prompts", "check", "--shipped", "--out", tmp_path)
    assert checked.code == 1
    assert "WRONG  en/closed.wav: is too soft" in checked.out
    assert checked.out.endswith("0 recorded, 3 to record, 2 things wrong\n")


def test_before_it_is_made_each_text_is_to_make_and_to_record(tmp_path: Path) -> None:
    """As docs/prompts.md tells of the check."""
    checked = here("prompts", "check", "--shipped", "--out", tmp_path)
    assert checked.code == 1
    for line in (
        "WRONG  nl/welcome: there is no sound of it: `irmacall prompts make` makes one\n",
        "record nl/welcome: Welkom.\n",
    ):
        assert line in checked.out
    assert checked.out.endswith("0 recorded, 4 to record, 4 things wrong\n")


def test_a_recording_whose_text_changed_can_be_accepted(sample: Sample, tmp_path: Path) -> None:
    """It is told until then, on standard error when the rest is made, and by the check."""
    sample.add(_OWN)
    for _ in range(2):
        assert on_site(sample, "prompts", "make", "--out", tmp_path).code == 0
        write(tmp_path / "nl/irmacall/menu-hoofd.wav", voice())
    sample.change("Voor paspoorten, toets één.", "Voor paspoorten: toets één.")
    made = on_site(sample, "prompts", "make", "--out", tmp_path)
    assert made.err == "nl/menu-hoofd.wav: its text has changed since it was recorded\n"
    assert on_site(sample, "prompts", "check", "--out", tmp_path).code == 1
    accepted = on_site(sample, "prompts", "accept", "--out", tmp_path, "nl/menu-hoofd")
    assert (accepted.code, accepted.out) == (0, "nl/menu-hoofd is right as it was recorded\n")
    assert on_site(sample, "prompts", "check", "--out", tmp_path).code == 0


def test_what_cannot_be_is_told_in_a_line(tmp_path: Path) -> None:
    """A directory that is not there, a language that nobody speaks, a text that there is not, a site that is not."""
    shipped = ("--shipped", "--out", tmp_path)
    for words, told in (
        (("make", "--shipped", "--out", tmp_path / "none"), "should be a directory that exists"),
        (("accept", *shipped, "fr/closed"), "should begin with one of nl/, en/"),
        (("accept", *shipped, "nl/closed"), "`irmacall prompts make` makes it"),
        (("make", "--site", tmp_path / "site.toml", "--out", tmp_path), "site.toml"),
    ):
        ended = here("prompts", *words)
        assert ended.code in (1, 2)
        assert told in ended.err
        assert len(ended.err.splitlines()) == 1
