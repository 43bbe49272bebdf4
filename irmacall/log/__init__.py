"""The log: lines of ids and what happened, on standard error, with a filter that lets no caller's data through.

INFO holds the lives of calls, DEBUG besides each event (<) and each command (>). docs/site.md says what else.
"""

from __future__ import annotations

import logging
import sys
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from irmacall.log.failures import told
from irmacall.log.filter import deny
from irmacall.log.foreign import named

Format = Literal["logfmt", "json"]

_FIRST: Final = ("at", "level", "action", "event")


def configure(level: str = "info", form: str = "logfmt", to: TextIO | None = None, *, lasting: bool = False) -> None:
    """Send every logger's lines, ours and the libraries', through the filter to `to` (standard error).

    `level`: info or debug. `form`: logfmt or json. `lasting`: this is said once in the life of this process, so that
    loggers may remember it, and a line that is not written costs next to nothing.
    """
    stream = to or sys.stderr
    numeric = logging.DEBUG if level == "debug" else logging.INFO
    line: list[Processor] = [*_shared(), _renderer(form)]
    structlog.configure(
        processors=[structlog.processors.add_log_level, *line],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=lasting,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, named],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *line],
        )
    )
    logging.basicConfig(level=numeric, handlers=[handler], force=True)
    # They tell every request, slow step and migration; none of it is ours.
    for name in ("aiohttp", "alembic", "asyncio", "panoramisk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _shared() -> list[Processor]:
    at = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
    return [structlog.contextvars.merge_contextvars, told, _action, deny, at]


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True, bool_as_flag=False)


def _action(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """A line whose whole text is one name, such as node.lost, says it as its action."""
    event = line.get("event")
    if "action" not in line and isinstance(event, str) and event and " " not in event:
        line["action"] = line.pop("event")
    return line
