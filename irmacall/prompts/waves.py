"""Sound files as Asterisk reads them: RIFF WAVE (format_wav.so), 8 kHz as NAME.wav and 16 kHz as NAME.wav16."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RATES: Final = {".wav": 8000, ".wav16": 16000}
"""Samples a second, by the suffix under which Asterisk looks for them."""
_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE


class NotSound(ValueError):
    """This is no RIFF WAVE file that anything can be said of; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a file says of itself. `plain`: PCM in the oldest form of header, the only one that Asterisk reads."""

    plain: bool
    channels: int
    rate: int
    bits: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A file's format; and its samples, -32768 to 32767, none unless it is plain, mono and 16 bits deep."""

    format: Format
    samples: array.array[int]

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.samples) / self.format.rate


def read(file: Path) -> Sound:
    """Read a file. Raises NotSound, and OSError where it cannot be read at all."""
    raw = file.read_bytes()
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise NotSound("is no WAV file")
    chunks = dict(reversed(list(_chunks(raw))))  # of two alike the first counts
    if len(chunks.get(b"fmt ", b"")) < 16 or b"data" not in chunks:
        raise NotSound("is half a WAV file: it was cut off while it was copied, or is still being written")
    shape = _format(chunks[b"fmt "])
    return Sound(shape, _samples(chunks[b"data"], shape))


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(raw):
        name, size = struct.unpack_from("<4sI", raw, at)
        yield name, raw[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(chunk: bytes) -> Format:
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if rate == 0 or channels == 0 or (bits == 0 and tag in (_PCM, _EXTENSIBLE)):
        raise NotSound("has a header that says nothing")
    return Format(tag == _PCM, channels, rate, bits)


def _samples(chunk: bytes, shape: Format) -> array.array[int]:
    samples = array.array("h")
    if shape.plain and shape.channels == 1 and shape.bits == 16:
        samples.frombytes(chunk[: len(chunk) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
    return samples
