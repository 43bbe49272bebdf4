"""Bytes from Asterisk's HTTP server become answers, however they are cut, or are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.ari.answers import LONGEST_HEAD, AnswerReader, Reply
from irmacall.ari.fields import WireError

ANSWER = b"HTTP/1.1 200 OK\r\nServer: irmacall\r\nContent-type: application/json\r\nContent-Length: 2\r\n\r\n[]"


@given(st.lists(st.integers(1, 12), max_size=30))
def test_an_answer_in_pieces(sizes: list[int]) -> None:
    """Wherever the network cuts it, one answer comes out, at its last byte and not before."""
    reader, rest, replies = AnswerReader(), ANSWER, []
    for size in [*sizes, len(ANSWER)]:
        piece, rest = rest[:size], rest[size:]
        if piece:
            replies.append(reader.feed(piece))
    assert replies[-1] == Reply(200, b"[]")
    assert not any(replies[:-1])
    assert reader.empty


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Reply(204, b"")),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", Reply(204, b"")),
        (b"HTTP/1.0 404 x\r\ncontent-length: 1\r\nConnection: close\r\n\r\nx", Reply(404, b"x", last=True)),
    ],
)
def test_other_answers(answer: bytes, expected: Reply) -> None:
    """A 204 needs no length; `Connection: close` makes an answer the last."""
    assert AnswerReader().feed(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"x" * (LONGEST_HEAD + 1),
    ],
    ids=lambda answer: repr(answer[:40]),
)
def test_what_is_no_answer(answer: bytes) -> None:
    """Anything else is refused, without being quoted."""
    with pytest.raises(WireError, match=r"^answer: [a-z ]+$"):
        AnswerReader().feed(answer)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Whatever comes is an answer, the beginning of one, or refused."""
    try:
        reply = AnswerReader().feed(data)
    except WireError:
        return
    assert reply is None or reply.status >= 200
