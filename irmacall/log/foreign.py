"""Lines that come through Python's own logging: ours from the web, and whatever libraries have to say."""

from __future__ import annotations

import logging
import re
from typing import Final

from structlog.typing import EventDict, WrappedLogger

from irmacall.log.filter import masked

OURS: Final = "irmacall"
_FIELD: Final = re.compile(r"([a-z_]+)=(\S+)")


def named(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Ours: `action=x k=v` as fields. A library's: where it was said, not what, since it may quote anything."""
    record: logging.LogRecord = line["_record"]
    line["logger"] = record.name
    if record.name == OURS or record.name.startswith(OURS + "."):
        return _with_fields(line)
    line["event"] = "a library has something to say"
    line["said_at"] = f"{record.module}:{record.lineno} {record.funcName}"
    return line


def _with_fields(line: EventDict) -> EventDict:
    # Judged before it is cut in pieces, none of which would look like a number any more.
    text = masked(str(line.get("event", "")))
    if not text.startswith("action="):
        return line
    fields = dict(_FIELD.findall(text))
    return {**line, **fields, "event": _FIELD.sub("", text).strip() or fields["action"]}
