"""The log's filter: nothing of a caller comes through, whoever logs it and however."""

from __future__ import annotations

import enum
import io
import json
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from irmacall.core.code import make_code
from irmacall.errors import PeerError
from irmacall.log import configure
from irmacall.log.filter import DENIED, deny

NAME = "Canarius"
CODE = make_code(123_456_789)
CALL = "node1-1763795012.37"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged while a test runs; the loggers are as they were afterwards."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("debug", "json", stream)
    yield stream
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(written: io.StringIO) -> list[dict[str, object]]:
    """The lines, parsed."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


KEYS = (
    "familyname",
    "initials",
    "gender",
    "dateofbirth",
    "caller_number",
    "code",
    "password",
    "token",
    "card",
    "Name",
)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_names_a_callers_data_is_denied(written: io.StringIO, key: str) -> None:
    """Under such a key nothing is written, whatever it is."""
    structlog.get_logger("irmacall").info("call.ended", **{key: NAME})
    assert lines(written)[0][key] == DENIED


VALUES = (
    CODE,
    f"tel:+31241234567,,{CODE}",
    " ".join(CODE),
    f"{CODE[:3]} {CODE[3:6]} {CODE[6:]}",
    "+31612345678",
    "+31 6 12 34 56 78",
    "06-12345678",
    "0031612345678",
    f"the code {CODE} is wrong",
    f"x{CODE}y",
)


@pytest.mark.parametrize("value", VALUES)
def test_a_code_or_a_number_is_denied_wherever_it_stands(written: io.StringIO, value: str) -> None:
    """Ten digits in a row, grouped or not, and full telephone numbers leave no trace under any key or in the text."""
    log = structlog.get_logger("irmacall")
    log.info(f"wrong: {value}", error=value, several=[value])
    logging.getLogger("irmacall.web").warning("action=http.malformed why=%s", value)
    left = re.sub(r'"at": "[^"]*"', "", written.getvalue())
    assert not re.search(r"[0-9](?:[ -]?[0-9]){6,}", left), left
    assert DENIED in left


@pytest.mark.parametrize("key", ["call", "channel", "error", "action"])
def test_an_id_of_asterisk_is_left(written: io.StringIO, key: str) -> None:
    """The ids by which one finds a call in Asterisk's log are written whole, though they hold ten digits."""
    structlog.get_logger("irmacall").info(**{"event": "call ended", key: f"{CALL}.leg2"})
    assert lines(written)[0][key] == f"{CALL}.leg2"


def test_numbers_of_ours_are_left(written: io.StringIO) -> None:
    """Grants, fences and counts are no telephone numbers."""
    structlog.get_logger("irmacall").info("card.shown", grant=5_242_880_001, fence=5000, records=12, waited=3.25)
    (line,) = lines(written)
    assert (line["grant"], line["fence"], line["records"], line["waited"]) == (5_242_880_001, 5000, 12, 3.25)


def test_a_number_that_is_no_text_is_denied(written: io.StringIO) -> None:
    """A code that was made an int by mistake is a code all the same."""
    structlog.get_logger("irmacall").info("call.ended", digested=int("9" + CODE[1:]))
    assert lines(written)[0]["digested"] == DENIED


def test_an_object_is_named_by_its_kind(written: io.StringIO) -> None:
    """What an object says of itself is not asked, since it may be a caller."""

    class Card:
        def __repr__(self) -> str:
            return NAME

    structlog.get_logger("irmacall").info("card.shown", thing=Card(), more={"x": NAME}, some=[Card()])
    (line,) = lines(written)
    assert (line["thing"], line["more"], line["some"]) == ("<Card>", "<dict>", "<Card>")


def test_a_failure_tells_its_place_and_not_its_words(written: io.StringIO) -> None:
    """A traceback shows files, lines and kinds; the words of an exception only when they are our own."""
    try:
        try:
            dict[str, str]()[NAME]
        except KeyError as error:
            raise PeerError("the vault answered nonsense") from error
    except PeerError:
        structlog.get_logger("irmacall").exception("disclosure.broke")
    (line,) = lines(written)
    assert NAME not in written.getvalue()
    failure = str(line["failure"])
    assert "PeerError: the vault answered nonsense" in failure
    assert "KeyError\n" in failure
    assert "log/test_log.py:" in failure


def test_a_group_of_failures_tells_each(written: io.StringIO) -> None:
    """What several tasks died of is told for each of them."""
    group = ExceptionGroup("both", [ValueError(NAME), PeerError("redis is away")])
    structlog.get_logger("irmacall").error("term.ended", exc_info=group)
    failure = str(lines(written)[0]["failure"])
    assert "ValueError" in failure
    assert "PeerError: redis is away" in failure
    assert NAME not in failure


def test_a_library_is_not_quoted(written: io.StringIO) -> None:
    """What a library logs or warns of is told by its place in the code: its words may quote a request."""
    logging.getLogger("aiohttp.server").error("bad request: %s", NAME)
    logging.getLogger("asyncio").error("exception=KeyError('%s')", NAME, exc_info=KeyError(NAME))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"do not call {NAME}", stacklevel=1)
    assert NAME not in written.getvalue()
    assert [line["logger"] for line in lines(written)] == ["aiohttp.server", "asyncio", "py.warnings"]
    assert all("said_at" in line for line in lines(written))
    assert lines(written)[1]["failure"] == "KeyError"


def test_an_action_is_a_field(written: io.StringIO) -> None:
    """What happened stands under `action`, from our own loggers and from Python's."""

    class Kind(enum.StrEnum):
        HANG_UP = "hang_up"

    structlog.get_logger("irmacall").info("node.lost", node="pbx1")
    structlog.get_logger("irmacall").info("command", action=Kind.HANG_UP)
    logging.getLogger("irmacall.web").info("action=stream.over why=%s", "left")
    assert [line["action"] for line in lines(written)] == ["node.lost", "hang_up", "stream.over"]
    assert lines(written)[2]["why"] == "left"


def test_info_leaves_out_what_debug_tells(written: io.StringIO) -> None:
    """At INFO no event and no command is written."""
    configure("info", "json", written)
    structlog.get_logger("irmacall").debug("command", action="hang_up")
    structlog.get_logger("irmacall").info("node.ready", node="pbx1")
    assert [line["action"] for line in lines(written)] == ["node.ready"]


@pytest.mark.parametrize("text", ["a\nlevel=info action=forged", "\x1b[2J", "a\r\nb", "\u202eevil"])
def test_a_line_is_a_line(written: io.StringIO, text: str) -> None:
    """Text with line ends or orders to a terminal in it makes no second line and gives no orders."""
    configure("info", "logfmt", written)
    structlog.get_logger("irmacall").info("peer said", error=text)
    (line,) = written.getvalue().splitlines()
    assert line.isprintable()


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.one_of(st.text(), st.integers(), st.binary(), st.none())))
def test_no_line_holds_ten_digits_in_a_row(line: dict[str, object]) -> None:
    """Whatever is logged, ten digits that are no id of ours do not come out."""
    for key, value in deny(None, "info", dict(line)).items():
        if isinstance(value, str) and key in line:
            assert not re.search(r"(?<![-.0-9A-Za-z_])[0-9]{10}", value)
