"""What callers hear: sounds for all texts of a site, and which of them a person has recorded."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from irmacall.cli import endings
from irmacall.cli.site import settings_of
from irmacall.core.ids import LanguageId, SoundName
from irmacall.errors import Refused, SettingsError
from irmacall.prompts.catalogue import LANGUAGES, Texts, whole
from irmacall.prompts.checking import Finding, Kind, check
from irmacall.prompts.making import Made, accept, folder_of, make
from irmacall.prompts.music import compose
from irmacall.settings import Purpose, Settings


def make_prompts(arguments: argparse.Namespace) -> int:
    """Make a placeholder of every text that has no sound, and music on hold where it is asked for."""
    catalogues = _catalogues(arguments)
    with _files_of(arguments.out):
        for language, texts in catalogues.items():
            _tell_made(language, make(arguments.out, language, texts), folder_of(arguments.out, language))
        if arguments.music is not None:
            made = compose(arguments.music)
            print(f"music: {'made' if made else 'there are sounds already'} in {arguments.music}")
    return 0


def check_prompts(arguments: argparse.Namespace) -> int:
    """Tell of every text how it stands with it; 1 where something is wrong."""
    catalogues = _catalogues(arguments)
    with _files_of(arguments.out):
        findings = [each for language, texts in catalogues.items() for each in check(arguments.out, language, texts)]
    for finding in findings:
        print(f"{finding.kind.value:6} {finding.what}: {finding.words}")
    print(_summary(findings))
    return endings.FAILED if any(each.kind is Kind.WRONG for each in findings) else 0


def accept_prompts(arguments: argparse.Namespace) -> int:
    """Note that recordings are of the present text, though they were made of another."""
    catalogues = _catalogues(arguments)
    with _files_of(arguments.out):
        for prompt in arguments.prompts:
            language, _, name = prompt.partition("/")
            if LanguageId(language) not in catalogues:
                raise SettingsError(
                    f"{prompt}: should begin with one of {', '.join(f'{each}/' for each in catalogues)}"
                )
            accept(arguments.out, LanguageId(language), SoundName(name), catalogues[LanguageId(language)])
            print(f"{prompt} is right as it was recorded")
    return 0


def _summary(findings: list[Finding]) -> str:
    counts = {kind: sum(each.kind is kind for each in findings) for kind in Kind}
    return f"{counts[Kind.RIGHT]} recorded, {counts[Kind.TO_RECORD]} to record, {counts[Kind.WRONG]} things wrong"


def _tell_made(language: LanguageId, made: Made, folder: Path) -> None:
    now = f"{len(made.now)} files made now"
    print(f"{language}: {made.recorded} recorded, {made.placeholders} placeholders, {now}, in {folder}")
    for file in made.outdated:
        print(f"{language}/{file}: its text has changed since it was recorded", file=sys.stderr)


def _catalogues(arguments: argparse.Namespace) -> dict[LanguageId, Texts]:
    """The texts in every language that the site's desks and nodes speak. Raises SettingsError, Refused."""
    if arguments.shipped:
        return {language: whole(language) for language in LANGUAGES}
    settings = settings_of(arguments, Purpose.FILE)
    spoken = {language for desk in settings.desks for language in desk.spoken}
    spoken |= {node.language for node in settings.nodes}  # the dialplan's
    return {language: whole(language, _own(settings, language)) for language in LANGUAGES if language in spoken}


def _own(settings: Settings, language: LanguageId) -> list[Texts]:
    """The texts of each desk's own."""
    told = [[(sound.id, sound.text(language)) for sound in desk.sounds] for desk in settings.desks]
    return [{SoundName(name): text for name, text in each if text is not None} for each in told]


@contextmanager
def _files_of(out: Path) -> Iterator[None]:
    """A whole path that is not there is a slip of the pen; what the system refuses is told with its file."""
    if not out.is_dir():
        raise SettingsError(f"--out {out}: should be a directory that exists: Asterisk's `sounds`")
    try:
        yield
    except OSError as error:
        raise Refused(f"{error.filename or out}: {error.strerror}") from error
