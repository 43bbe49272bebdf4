"""Placeholders are made where no person has recorded anything, and never in place of what a person has recorded."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from irmacall.core.ids import LanguageId, SoundName
from irmacall.errors import PeerError, Refused
from irmacall.prompts import folder as folders
from irmacall.prompts import making
from irmacall.prompts.checking import Finding, Kind, check
from irmacall.prompts.making import Made, accept, folder_of
from irmacall.prompts.music import compose
from irmacall.prompts.recordings import faults
from irmacall.prompts.speech import convert, speak
from irmacall.prompts.waves import read
from tests.prompts.sounds import TEXT, voice, write

NL, EN = LanguageId("nl"), LanguageId("en")
CLOSED, SEVEN = SoundName("closed"), SoundName("number-7")
TEXTS = {CLOSED: TEXT, SEVEN: "zeven"}


def make(out: Path, texts: dict[SoundName, str] | None = None) -> Made:
    """Make the Dutch ones."""
    return making.make(out, NL, TEXTS if texts is None else texts)


def told(out: Path, texts: dict[SoundName, str] | None = None) -> list[tuple[Kind, str]]:
    """What a check finds, without its words."""
    return [(finding.kind, finding.what) for finding in findings(out, texts)]


def findings(out: Path, texts: dict[SoundName, str] | None = None) -> list[Finding]:
    """What a check finds."""
    return list(check(out, NL, TEXTS if texts is None else texts))


def names(out: Path) -> set[str]:
    """The files that are there."""
    return {file.name for file in folder_of(out, NL).iterdir()}


BOTH = {"closed.wav", "closed.wav16", "number-7.wav", "number-7.wav16", folders.MANIFEST}
TO_RECORD = [(Kind.TO_RECORD, "nl/closed"), (Kind.TO_RECORD, "nl/number-7")]


def test_every_text_gets_its_placeholder_once(tmp_path: Path) -> None:
    """At both rates, good enough to pass for a recording, readable for all; and the second time nothing is done."""
    made = make(tmp_path)
    assert (made.recorded, made.placeholders, len(made.now)) == (0, 2, 4)
    assert names(tmp_path) == BOTH
    for file in folder_of(tmp_path, NL).glob("*.wav*"):
        name = SoundName(file.stem)
        assert faults(file, TEXTS[name], piece=name == SEVEN) == []
        assert file.stat().st_mode & 0o777 == 0o644
    assert told(tmp_path) == TO_RECORD
    assert make(tmp_path).now == ()


def test_asterisk_can_read_what_is_made_whatever_the_umask(tmp_path: Path) -> None:
    """An operator's own umask does not make callers hear nothing."""
    before = os.umask(0o077)
    try:
        make(tmp_path / "share" / "sounds", {SEVEN: "zeven"})
    finally:
        os.umask(before)
    for path in (tmp_path / "share").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_a_text_that_changed_is_spoken_anew(tmp_path: Path) -> None:
    """Its old placeholder is told of, and made again; the others stay as they are."""
    make(tmp_path)
    new = TEXTS | {CLOSED: "Wij zijn vandaag gesloten."}
    assert told(tmp_path, new) == [(Kind.WRONG, "nl/closed"), *TO_RECORD]
    assert make(tmp_path, new).now == ("closed.wav", "closed.wav16")
    assert told(tmp_path, new) == TO_RECORD


def test_a_placeholder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    """One of the two files, or both."""
    make(tmp_path)
    (folder_of(tmp_path, NL) / "closed.wav").unlink()
    assert told(tmp_path)[0] == (Kind.WRONG, "nl/closed")
    make(tmp_path)
    assert names(tmp_path) == BOTH


def test_a_recording_at_both_rates_is_left_alone(tmp_path: Path) -> None:
    """Dropped over the placeholders, it is known as a person's, and not a byte of it changes."""
    make(tmp_path)
    folder = folder_of(tmp_path, NL)
    files = [write(folder / "closed.wav", voice()), write(folder / "closed.wav16", voice(rate=16000))]
    before = [file.read_bytes() for file in files]
    for texts in (TEXTS, TEXTS | {CLOSED: "Iets heel anders."}, TEXTS):
        made = make(tmp_path, texts)
        assert (made.recorded, made.placeholders, made.now) == (1, 1, ())
        assert [file.read_bytes() for file in files] == before
    assert told(tmp_path) == [(Kind.RIGHT, "nl/closed"), (Kind.TO_RECORD, "nl/number-7")]


def test_a_recording_at_16_khz_gives_the_other_rate_too(tmp_path: Path) -> None:
    """Telephones of both kinds hear the person; a new recording gives a new one."""
    make(tmp_path)
    folder = folder_of(tmp_path, NL)
    for seconds in (1.5, 2.0):
        write(folder / "closed.wav16", voice(seconds, rate=16000))
        assert told(tmp_path)[0] == (Kind.WRONG, "nl/closed")
        assert make(tmp_path).now == ("closed.wav",)
        assert read(folder / "closed.wav").seconds == pytest.approx(seconds)
        assert told(tmp_path)[0] == (Kind.RIGHT, "nl/closed")
        assert make(tmp_path).now == ()


def test_a_recording_at_8_khz_takes_the_machines_voice_away(tmp_path: Path) -> None:
    """Nobody hears a machine where a person has spoken: Asterisk uses what is there."""
    make(tmp_path)
    write(folder_of(tmp_path, NL) / "closed.wav", voice())
    assert told(tmp_path)[0] == (Kind.WRONG, "nl/closed")
    assert make(tmp_path).recorded == 1
    assert names(tmp_path) == BOTH - {"closed.wav16"}
    assert told(tmp_path)[0] == (Kind.RIGHT, "nl/closed")


@pytest.mark.parametrize("file", ["closed.wav", "closed.wav16"])
def test_a_recording_that_cannot_be_played_takes_nothing_away(tmp_path: Path, file: str) -> None:
    """It is told what is wrong, it is not touched, and the placeholder at the other rate stays."""
    make(tmp_path)
    wrong = write(folder_of(tmp_path, NL) / file, voice(), rate=44100)
    before = wrong.read_bytes()
    make(tmp_path)
    assert names(tmp_path) == BOTH
    assert wrong.read_bytes() == before
    assert told(tmp_path)[0] == (Kind.WRONG, f"nl/{file}")


def test_a_recording_of_a_text_that_changed_is_told_until_it_is_accepted(tmp_path: Path) -> None:
    """It was right when it was first seen; now it says what is no longer so, or the change is none for the ear."""
    make(tmp_path)
    write(folder_of(tmp_path, NL) / "closed.wav", voice())
    make(tmp_path)
    new = TEXTS | {CLOSED: "Wij zijn nu gesloten!"}
    assert make(tmp_path, new).outdated == ("closed.wav",)
    first = findings(tmp_path, new)[0]
    assert (first.kind, first.what) == (Kind.WRONG, "nl/closed.wav")
    assert "Wij zijn nu gesloten!" in first.words
    assert "irmacall prompts accept nl/closed" in first.words
    accept(tmp_path, NL, CLOSED, new)
    assert told(tmp_path, new)[0] == (Kind.RIGHT, "nl/closed")
    assert make(tmp_path, new).outdated == ()


def test_a_new_recording_is_of_the_new_text(tmp_path: Path) -> None:
    """Whoever records it again does not have to say so."""
    make(tmp_path)
    write(folder_of(tmp_path, NL) / "closed.wav", voice())
    make(tmp_path)
    write(folder_of(tmp_path, NL) / "closed.wav", voice(1.6))
    new = TEXTS | {CLOSED: "Wij zijn nog gesloten."}
    assert make(tmp_path, new).outdated == ()


def test_a_recording_under_a_misspelt_name_is_told(tmp_path: Path) -> None:
    """It would never be heard; and it is not removed."""
    make(tmp_path)
    write(folder_of(tmp_path, NL) / "gesloten.wav", voice())
    make(tmp_path)
    assert (Kind.WRONG, "nl/gesloten.wav") in told(tmp_path)
    assert "gesloten.wav" in names(tmp_path)


def test_a_folder_that_is_not_there_lacks_everything(tmp_path: Path) -> None:
    """A check before anything was made tells so, and makes nothing."""
    assert told(tmp_path) == [each for pair in zip(_WRONG, TO_RECORD, strict=True) for each in pair]
    assert list(tmp_path.iterdir()) == []


_WRONG = [(Kind.WRONG, "nl/closed"), (Kind.WRONG, "nl/number-7")]


@pytest.mark.parametrize(
    "told", ["", "{", "[]", '{"made": 1, "recorded": {}}', '{"made": {}, "recorded": {"a": "b"}}']
)
def test_a_manifest_that_cannot_be_read_stops_everything(tmp_path: Path, told: str) -> None:
    """Without it placeholders would pass for recordings: it says what to do, and touches nothing."""
    make(tmp_path)
    (folder_of(tmp_path, NL) / folders.MANIFEST).write_text(told, encoding="utf-8")
    for act in (make, findings):
        with pytest.raises(Refused, match="cannot be understood"):
            act(tmp_path)
    assert names(tmp_path) == BOTH


def test_what_was_broken_off_leaves_no_false_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two files: each that is there is known as a machine's, the old and the new."""
    make(tmp_path)
    new = {name: f"{text} Nu." for name, text in TEXTS.items()}
    moved: list[str] = []

    def move(source: Path, target: Path) -> None:
        if target.suffix == ".wav16":
            raise KeyboardInterrupt
        moved.append(target.name)
        source.rename(target)

    monkeypatch.setattr(os, "replace", move)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, new)
    monkeypatch.undo()
    assert moved == [folders.MANIFEST, "closed.wav"]
    assert names(tmp_path) == BOTH
    assert [kind for kind, _ in told(tmp_path, new)].count(Kind.TO_RECORD) == 2
    made = make(tmp_path, new)
    assert (made.recorded, len(made.now)) == (0, 4)


def test_two_at_once_make_each_file_once(tmp_path: Path) -> None:
    """The second waits for the first, and then finds everything there."""
    made: list[Made] = []
    threads = [threading.Thread(target=lambda: made.append(make(tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(len(each.now) for each in made) == [0, 4]


def test_accepting_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """No folder, no recording, no such text."""
    with pytest.raises(Refused, match="is not there"):
        accept(tmp_path, NL, CLOSED, TEXTS)
    make(tmp_path)
    with pytest.raises(Refused, match="is not recorded yet"):
        accept(tmp_path, NL, CLOSED, TEXTS)
    with pytest.raises(Refused, match="no text of the name nl/geslooten"):
        accept(tmp_path, NL, SoundName("geslooten"), TEXTS)


@pytest.mark.parametrize(("present", "missing"), [([], "espeak-ng"), (["espeak-ng"], "sox")])
def test_a_program_that_is_missing_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, present: list[str], missing: str
) -> None:
    """Nothing is left behind half made."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in present:
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(Refused, match=f"{missing} is not installed: `apt-get install {missing}`"):
        make(tmp_path)
    assert names(tmp_path) == set()


def test_a_program_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    """sox's own words stand in the error."""
    (tmp_path / "raw.wav").write_bytes(b"no sound")
    with pytest.raises(PeerError, match=r"sox failed with exit status 2: .*RIFF"):
        convert(tmp_path / "raw.wav", tmp_path / "out.wav")


def test_words_are_never_taken_for_options(tmp_path: Path) -> None:
    """A text that begins with a hyphen is spoken as any other."""
    speak("--help, of toets een hekje.", NL, [tmp_path / "out.wav"])
    assert read(tmp_path / "out.wav").seconds > 1


def test_a_language_without_a_voice_is_refused(tmp_path: Path) -> None:
    """A person has to record it."""
    with pytest.raises(Refused, match="recorded by a person"):
        speak("Bonjour.", LanguageId("fr"), [tmp_path / "out.wav"])


def test_music_is_made_where_there_is_none(tmp_path: Path) -> None:
    """At both rates, 16 s of it; where anything lies, nothing is added."""
    assert compose(tmp_path / "share" / "music")
    assert {file.name for file in (tmp_path / "share/music").iterdir()} == {"quiet.wav", "quiet.wav16"}
    assert read(tmp_path / "share/music/quiet.wav").seconds == pytest.approx(16)
    assert read(tmp_path / "share/music/quiet.wav16").format.rate == 16000
    assert not compose(tmp_path / "share" / "music")
    (tmp_path / "own").mkdir()
    write(tmp_path / "own" / "song.wav", voice())
    assert not compose(tmp_path / "own")
    assert [file.name for file in (tmp_path / "own").iterdir()] == ["song.wav"]
