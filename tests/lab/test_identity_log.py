"""The filter on the yivi server's log: what it lets through holds nothing of anybody."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.yivi_log import kept

# A busy machine makes no test fail.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_HEAD = 'time="2026-01-02T03:04:05Z" level=info '
_LISTENS = _HEAD + 'msg="Server listening at 127.0.0.1:8088/"'


def after_start(*lines: str) -> list[str]:
    """What is kept of these lines once the server listens."""
    return list(kept([_LISTENS, *lines]))[1:]


def test_why_it_does_not_start_is_kept_whole() -> None:
    """Before it listens nobody has asked it anything, and its reasons are worth having."""
    lines = ["failed to start server", "listen tcp: address already in use"]
    assert list(kept(lines)) == lines


def test_a_session_request_is_dropped() -> None:
    """The line with the request, and so with the link and the code, leaves but a mark."""
    line = _HEAD + 'msg="Session request (purged of attribute values): {"clientReturnUrl":"tel:1,,0123456789"}"'
    assert after_start(line) == ["time=2026-01-02T03:04:05Z level=info action=irma_log_line_dropped"]


def test_the_life_of_a_session_is_kept_without_its_token() -> None:
    """That a session began and how it ended is kept; its token, which opens its result, is not."""
    lines = after_start(
        _HEAD + 'msg="Session started" action=disclosing session=u3nyVe6A7yTNA22hdE48',
        _HEAD + 'msg="Session updated" session=u3nyVe6A7yTNA22hdE48 status=DONE',
        _HEAD + 'msg="<= response" duration="1µs" status=400 url="/session/u3nyVe6A7yTNA22hdE48"',
    )
    assert [line.split("level=info ")[1] for line in lines] == [
        'msg="Session started" action="disclosing"',
        'msg="Session updated" status="DONE"',
        'msg="<= response" status="400"',
    ]


@_UNHURRIED
@given(
    st.text(alphabet=st.characters(exclude_characters="\r\n")),
    st.sampled_from(["", _HEAD, _HEAD + 'msg="Session started" ']),
)
def test_no_unknown_line_comes_through(rest: str, head: str) -> None:
    """Whatever else the server may write, now or in a later version, its words stay out of the log."""
    [line] = after_start(f"{head}Kanarievogel {rest}")
    assert "Kanarievogel" not in line
    assert line.endswith("action=irma_log_line_dropped")
