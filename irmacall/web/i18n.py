"""Texts that people read. Dutch is the source; a catalogue of another language can be put in its place."""

from __future__ import annotations

import gettext
from typing import Final

translations: Final = gettext.NullTranslations()
_ = translations.gettext
