"""The catalogue of translations, brought in step with what the pages say: `python -m lab.catalogue`.

What is new stands in it without a translation, and is named; what nobody says any more is dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from irmacall.web.i18n import CATALOGUES, DUTCH, LANGUAGES
from lab import paths

_WEB: Final = paths.CHECKOUT / "irmacall" / "web"
_TEMPLATES: Final = paths.CHECKOUT / "templates"
_KEYWORDS: Final = {"_": None, "N_": None}
_WIDTH: Final = 118


def said() -> dict[str, list[tuple[str, int]]]:
    """Every text that the pages can say, and where: (file, line)."""
    found: dict[str, list[tuple[str, int]]] = {}
    for folder, method in ((_WEB, "python"), (_TEMPLATES, "jinja2.ext:babel_extract")):
        for where, line, text in _extracted(folder, method):
            found.setdefault(text, []).append((where.relative_to(paths.CHECKOUT).as_posix(), line))
    return found


def _extracted(folder: Path, method: str) -> Iterator[tuple[Path, int, str]]:
    pattern = "**.py" if method == "python" else "**.html"
    options = {pattern: {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}}
    for name, line, text, _, _ in extract_from_dir(
        folder, [(pattern, method)], options, keywords=_KEYWORDS, directory_filter=_is_ours
    ):
        assert isinstance(text, str), f"{name}:{line}: plurals are not used"
        yield folder / name, line, text


def _is_ours(folder: str) -> bool:
    return "node_modules" not in folder and "__pycache__" not in folder


def kept(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The catalogue with exactly what the pages say, and of that what is translated."""
    old, new = kept(language), Catalog(locale=language, fuzzy=False)
    for text in sorted(said()):
        known = old.get(text)
        new.add(text, "" if known is None else known.string)
    return new


def write(language: str, catalogue: Catalog) -> None:
    """In place of the one that stands. No dates and no places: a change of it is a change of words."""
    header = "\n".join(
        f'"{line}\\n"' for line in (f"Language: {language}", "Content-Type: text/plain; charset=utf-8")
    )
    with (CATALOGUES / f"{language}.po").open("wb") as file:
        file.write(f'msgid ""\nmsgstr ""\n{header}\n\n'.encode())
        write_po(file, catalogue, width=_WIDTH, no_location=True, omit_header=True)


def main() -> int:
    """Bring every catalogue in step; the number of texts that wait for a translation is the status."""
    untranslated = 0
    for language in LANGUAGES:
        if language == DUTCH:
            continue
        catalogue = renewed(language)
        write(language, catalogue)
        for message in catalogue:
            if message.id and not message.string:
                untranslated += 1
                print(message.id)
    return min(untranslated, 1)


if __name__ == "__main__":
    sys.exit(main())
