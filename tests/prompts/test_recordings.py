"""What is wrong with a recording is told, each thing in its own words, and nothing of one that is right."""

from __future__ import annotations

import shlex
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from irmacall.prompts.recordings import faults, playable
from irmacall.prompts.waves import NotSound, read
from tests.prompts.sounds import TEXT, silence, voice, write


@pytest.mark.parametrize(("suffix", "rate"), [(".wav", 8000), (".wav16", 16000)])
def test_a_good_recording_has_nothing_wrong(tmp_path: Path, suffix: str, rate: int) -> None:
    """At both rates, with a breath of silence at the ends."""
    spoken = [*silence(0.3, rate=rate), *voice(rate=rate), *silence(0.4, rate=rate)]
    file = write(tmp_path / f"closed{suffix}", spoken)
    assert faults(file, TEXT, piece=False) == []
    assert playable(file)
    assert read(file).seconds == pytest.approx(2.2)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (
            {"rate": 44100},
            ["has 44100 samples a second, and .wav wants 8000: `sox -t wav closed.wav -r 8000"],
        ),
        ({"rate": 16000}, ["has 16000 samples a second", "name it closed.wav16"]),
        ({"channels": 2}, ["has 2 channels, and should have one"]),
        ({"bits": 8}, ["is not plain PCM of 16 bits"]),
        ({"rate": 48000, "channels": 2}, ["has 48000", "has 2 channels"]),
    ],
)
def test_a_format_that_asterisk_does_not_play(tmp_path: Path, shape: dict[str, int], told: Sequence[str]) -> None:
    """What differs is told, with the command that makes it right; nothing is said of what cannot be heard then."""
    file = write(tmp_path / "closed.wav", voice(), **shape)
    found = " | ".join(faults(file, TEXT, piece=False))
    assert all(words in found for words in told), found
    assert "silence" not in found
    assert not playable(file)


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        (silence(1.5), "is silent"),
        ([], "is silent"),
        (voice(0.3), "too short for its text"),
        (voice(9), "too long for its text"),
        (voice(61), "at most 60 s"),
        (voice(peak=0.05), "is too soft (-33 dB, at least -28): `sox -t wav closed.wav -t wav mended-closed"),
        (voice(peak=0.98), "is too loud"),
        ([max(-20000, min(20000, 3 * sample)) for sample in voice()], "is clipped"),
        ([*silence(1.0), *voice()], "begins with 1.0 s of silence"),
        ([*voice(), *silence(2.5)], "ends with 2.5 s of silence"),
    ],
)  # fmt: skip
def test_a_sound_that_does_not_please(tmp_path: Path, spoken: Sequence[int], told: str) -> None:
    """Silence, the wrong length, the wrong level, clipping and idle ends are each told; Asterisk plays them still."""
    file = write(tmp_path / "closed.wav", spoken)
    assert any(told in fault for fault in faults(file, TEXT, piece=False)), faults(file, TEXT, piece=False)
    assert playable(file)


def test_a_piece_of_a_sentence_has_no_silence_about_it(tmp_path: Path) -> None:
    """What is right for a sentence is a gap within one."""
    file = write(tmp_path / "number-7.wav", [*silence(0.4), *voice(0.5), *silence(0.1)])
    assert faults(file, "zeven", piece=False) == []
    assert faults(file, "zeven", piece=True) == [
        "begins with 0.4 s of silence, and at most 0.2 s is pleasant: cut it off"
    ]


def test_what_a_voice_reaches_once_is_not_clipped(tmp_path: Path) -> None:
    """A peak of a few samples is a peak."""
    spoken = voice()
    spoken[4000:4003] = [20000] * 3
    assert faults(write(tmp_path / "closed.wav", spoken), TEXT, piece=False) == []


def _chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


_PCM = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
_EXTENSIBLE = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16) + bytes(24)
_ALAW = struct.pack("<HHIIHH", 6, 1, 8000, 8000, 1, 8)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is no WAV file"),
        (b"ID3\x04 an MP3 with another name", "is no WAV file"),
        (_chunks(), "is half a WAV file"),
        (_chunks((b"fmt ", _PCM)), "is half a WAV file"),
        (_chunks((b"fmt ", _PCM[:10]), (b"data", b"")), "is half a WAV file"),
        (_chunks((b"fmt ", bytes(16)), (b"data", b"")), "has a header that says nothing"),
        (_chunks((b"fmt ", _EXTENSIBLE), (b"data", bytes(800))), "is not plain PCM"),
        (_chunks((b"fmt ", _ALAW), (b"data", bytes(800))), "is not plain PCM"),
    ],
)
def test_a_file_that_is_something_else(tmp_path: Path, raw: bytes, told: str) -> None:
    """Another kind of file, half of one and a compressed one are told apart, and none is an accident."""
    file = tmp_path / "closed.wav"
    file.write_bytes(raw)
    assert [told in fault for fault in faults(file, TEXT, piece=False)] == [True]
    assert not playable(file)


def test_labels_of_the_recording_program_do_no_harm(tmp_path: Path) -> None:
    """Chunks of any length before and behind the sound are passed over, as Asterisk does; half a sample too."""
    label = (b"LIST", b"INFOISFT\x03\0\0\0abc")
    file = tmp_path / "closed.wav"
    file.write_bytes(_chunks(label, (b"fmt ", _PCM), (b"data", b"\x01\x00\x02\x00\x03"), label))
    assert list(read(file).samples) == [1, 2]


def test_a_file_that_is_cut_off_has_what_is_there(tmp_path: Path) -> None:
    """A recording that was copied by half is as long as what came over."""
    file = write(tmp_path / "closed.wav", voice())
    file.write_bytes(file.read_bytes()[:8044])
    assert read(file).seconds == 0.5


def test_a_file_that_is_gone_is_not_a_fault_of_the_recording(tmp_path: Path) -> None:
    """What the system refuses is the system's error."""
    with pytest.raises(FileNotFoundError):
        faults(tmp_path / "none.wav", TEXT, piece=False)
    with pytest.raises(NotSound):
        read(Path("/dev/null"))


@pytest.mark.parametrize(
    ("spoken", "shape"),
    [
        (voice(peak=0.05), {}),
        (voice(peak=0.98), {}),
        (voice(rate=44100), {"rate": 44100}),
        (voice(rate=16000), {"rate": 16000, "channels": 2}),
    ],
)
def test_the_remedy_mends_it(tmp_path: Path, spoken: Sequence[int], shape: dict[str, int]) -> None:
    """The command that a fault names, typed as it stands there, makes a recording with nothing wrong."""
    write(tmp_path / "closed.wav", spoken, **shape)
    fault = faults(tmp_path / "closed.wav", TEXT, piece=False)[0]
    subprocess.run(shlex.split(fault.split("`")[1]), cwd=tmp_path, check=True, timeout=30)
    assert faults(tmp_path / "mended-closed.wav", TEXT, piece=False) == []
