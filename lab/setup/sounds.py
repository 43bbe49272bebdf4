"""Placeholder sounds: prompts spoken by espeak-ng, music by sox. Nobody's voice, nobody's composition."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

from lab import paths
from lab.setup.command import run
from lab.setup.stamp import fingerprint, made_whole, stamped

PROMPTS = paths.CHECKOUT / "asterisk" / "prompts.nl.toml"
_TELEPHONE = ["-r", "8000", "-c", "1", "-b", "16"]
# Slow chords of sines, each fading in and out: quiet, and told from speech by its steady tones.
_CHORDS = [(220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (196.0, 246.9, 329.6)]


def _key() -> str:
    return fingerprint([PROMPTS, Path(__file__)])


def _directories() -> tuple[Path, Path]:
    data = paths.rootfs() / "usr/share/asterisk"
    return data / "sounds" / "nl" / "irmacall", data / "irmacall-music"


def done() -> bool:
    """Whether both kinds of sound are there, made from the present texts."""
    return all(stamped(directory, _key()) for directory in _directories())


def make() -> None:
    """Make them anew in the Debian that Asterisk runs from."""
    prompts, music = _directories()
    with made_whole(prompts, _key()) as fresh:
        for name, text in tomllib.loads(PROMPTS.read_text(encoding="utf-8")).items():
            _speak(text, fresh / f"{name}.wav")
    with made_whole(music, _key()) as fresh:
        _compose(fresh / "quiet.wav")


def _speak(text: str, out: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".wav") as raw:
        run(["espeak-ng", "-v", "nl", "-s", "165", "-w", raw.name, text])
        run(["sox", raw.name, *_TELEPHONE, out, "norm", "-6"])
    out.chmod(0o644)


def _compose(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, chord in enumerate(_CHORDS):
            part = Path(folder) / f"{number}.wav"
            tones = [word for tone in chord for word in ("sine", str(tone))]
            run(["sox", "-n", *_TELEPHONE, part, "synth", "4", *tones, "remix", "-", "fade", "h", "0.8", "4", "0.8"])
            parts.append(part)
        run(["sox", *parts, *_TELEPHONE, out, "norm", "-18"])
    out.chmod(0o644)
