"""What may be believed of a disclosure, and what the page and the app are given: pure."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irmacall.core.code import Digits, make_code
from irmacall.errors import DisclosureRefused, PeerError
from irmacall.irma.question import AttributeId, Question, Wanted
from irmacall.irma.wire import (
    Disclosed,
    Refusal,
    RequestorToken,
    Result,
    Status,
    disclosure_request,
    parse_error,
    parse_result,
    parse_session,
    parse_status,
    tel_link,
    verify,
)
from tests.irma.asking import FIELDS, TEL, attribute, question

# A busy machine makes no test fail.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TOKEN = RequestorToken("A" * 20)
_PARSERS = (parse_session, parse_status, parse_result, parse_error)


def given_attribute(name: str, value: str = "x", status: str = "PRESENT") -> Disclosed:
    """One attribute of the demo credential, as the server reports it."""
    return Disclosed(attribute(name), value, status, 1_700_000_000)


def result(*shown: Disclosed, status: Status = Status.DONE, proof: str = "VALID") -> Result:
    """A result with these attributes in its one group."""
    return Result(TOKEN, status, proof, (shown,))


WHOLE = result(*(given_attribute(name, name.upper()) for name in FIELDS))


def reason(result: Result, asked: Question | None = None) -> str:
    """Why a result is refused."""
    with pytest.raises(DisclosureRefused) as refused:
        verify(result, asked or question())
    return refused.value.reason


def test_all_that_was_asked_is_believed() -> None:
    """DONE, VALID and exactly what was asked becomes fields, with scheme, issuer and age."""
    believed = verify(WHOLE, question())
    assert believed.fields == {name: name.upper() for name in FIELDS}
    assert (believed.scheme, believed.issuer, believed.issued_at) == ("irmacall-demo", "gemeente", 1_700_000_000)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (replace(WHOLE, status=Status.CANCELLED), Refusal.REFUSED),
        (replace(WHOLE, status=Status.TIMEOUT), Refusal.TIMED_OUT),
        (replace(WHOLE, status=Status.CONNECTED), Refusal.TIMED_OUT),
        (replace(WHOLE, proof_status="EXPIRED"), Refusal.EXPIRED),
        (replace(WHOLE, proof_status="MISSING_ATTRIBUTES"), Refusal.INCOMPLETE),
        (replace(WHOLE, proof_status="INVALID"), Refusal.INVALID),
        (replace(WHOLE, proof_status="UNMATCHED_REQUEST"), Refusal.INVALID),
        (replace(WHOLE, proof_status=""), Refusal.INVALID),
        (replace(WHOLE, disclosed=()), Refusal.INCOMPLETE),
        (replace(WHOLE, disclosed=(WHOLE.disclosed[0][1:],)), Refusal.INCOMPLETE),
        (result(*WHOLE.disclosed[0][1:], given_attribute("initials", "", "NULL")), Refusal.INCOMPLETE),
        (result(*WHOLE.disclosed[0][1:], given_attribute("initials", status="EXTRA")), Refusal.UNASKED),
        (result(*WHOLE.disclosed[0], given_attribute("bsn")), Refusal.UNASKED),
        (result(*WHOLE.disclosed[0], given_attribute("initials", "other")), Refusal.UNASKED),
    ],
)
def test_anything_less_or_more_is_refused(changed: Result, why: Refusal) -> None:
    """Each way in which a disclosure can fall short, or go too far, has its own reason and gives no attributes."""
    assert reason(changed) == why


@pytest.mark.parametrize("scheme", ["irma-demo", "test", "irmacall-demo"])
def test_a_demo_scheme_needs_the_demo_setting(scheme: str) -> None:
    """A scheme whose keys everybody has is refused, allowed or not, unless the demo setting is on."""
    asked = Question((_way(scheme),), frozenset({scheme}), demo=False)
    shown = result(Disclosed(attribute("initials", scheme), "x", "PRESENT", 0))
    assert reason(shown, asked) == Refusal.SCHEME
    assert verify(shown, replace(asked, demo=True)).scheme == scheme


def test_a_scheme_that_is_not_allowed() -> None:
    """A question for a scheme that the desk does not allow is answered in vain."""
    asked = Question((_way("other"),), frozenset({"pbdf"}))
    shown = result(Disclosed(attribute("initials", "other"), "x", "PRESENT", 0))
    assert reason(shown, asked) == Refusal.SCHEME


def test_either_way_will_do_and_a_mixture_will_not() -> None:
    """Of two ways to answer one is taken whole."""
    asked = Question((_way("pbdf"), _way("other")), frozenset({"pbdf", "other"}))
    ours, theirs = (Disclosed(attribute("initials", scheme), scheme, "PRESENT", 0) for scheme in ("pbdf", "other"))
    assert verify(result(ours), asked).fields == {"initials": "pbdf"}
    assert verify(result(theirs), asked).fields == {"initials": "other"}
    assert reason(result(ours, theirs), asked) == Refusal.INCOMPLETE


def _way(scheme: str) -> tuple[Wanted, ...]:
    return (Wanted(attribute("initials", scheme), "initials"),)


_ONE = st.builds(
    given_attribute,
    st.sampled_from((*FIELDS, "bsn")),
    st.text(max_size=3),
    st.sampled_from(("PRESENT",) * 8 + ("NULL", "EXTRA", "")),
)
_GROUP = st.lists(_ONE, max_size=6) | st.permutations(WHOLE.disclosed[0])
_PROOF = st.sampled_from(("VALID", "VALID", "VALID", "EXPIRED", "INVALID", ""))


@_UNHURRIED
@given(st.sampled_from((Status.DONE, *Status)), _PROOF, st.lists(_GROUP, max_size=2))
def test_nothing_but_the_whole_is_ever_believed(status: Status, proof: str, groups: list[list[Disclosed]]) -> None:
    """Whatever the server may say, what is believed was asked, all of it once, PRESENT, VALID and DONE."""
    shown = [one for group in groups for one in group]
    whole = sorted(one.attribute for one in shown) == sorted(attribute(name) for name in FIELDS)
    good = whole and all(one.status == "PRESENT" for one in shown)
    answer = Result(TOKEN, status, proof, tuple(map(tuple, groups)))
    if good and (status, proof) == (Status.DONE, "VALID"):
        assert verify(answer, question()).fields == {one.attribute.rpartition(".")[2]: one.value for one in shown}
    else:
        reason(answer)


def test_the_request_asks_in_so_many_words() -> None:
    """The request has the ways as one disjunction, the tel: link, a limit in time, and no augmented return URL."""
    request = disclosure_request(question("initials", "gender"), TEL)
    assert request["timeout"] == 300
    assert request["request"]["clientReturnUrl"] == TEL
    assert request["request"]["disclose"] == [[[attribute("initials"), attribute("gender")]]]
    assert "augmentReturnUrl" not in request["request"]


@_UNHURRIED
@given(st.integers(0, 10**9 - 1))
def test_a_tel_link_dials_number_pause_and_code(chance: int) -> None:
    """Any code makes a link of digits and commas alone."""
    code = make_code(chance)
    assert tel_link("+31241234567", Digits(code)) == f"tel:+31241234567,,{code}"


@pytest.mark.parametrize("number", ["", "06 12", "+31;ext=1", "112*", "tel:112"])
def test_a_number_that_is_none(number: str) -> None:
    """A service number that could dial anything else is refused."""
    with pytest.raises(ValueError, match="service number"):
        tel_link(number, Digits(make_code(1)))


@pytest.mark.parametrize(
    "ids",
    [(), ("pbdf.gemeente.personalData",), ("a.b.c.d", "a.b.x.d"), ("a.b.c.d", "a.b.c.d"), ("a.b.c.d e",)],
)
def test_a_question_that_makes_no_sense(ids: tuple[str, ...]) -> None:
    """No attributes, no attribute's id, two credentials in one way, or one attribute twice: refused at once."""
    way = tuple(Wanted(AttributeId(one), f"field{index}") for index, one in enumerate(ids))
    with pytest.raises(ValueError, match=r"subject|attribute"):
        Question((way,), frozenset({"pbdf"}))


_KEYS = st.sampled_from(
    ["token", "status", "sessionPtr", "frontendRequest", "u", "irmaqr", "disclosed", "proofStatus", "id", "error"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("parse", _PARSERS)
@_UNHURRIED
@given(body=_JSON.map(json.dumps) | st.text())
def test_nonsense_is_the_peers_error(parse, body: str) -> None:  # type: ignore[no-untyped-def]
    """Whatever a server sends is understood or is a PeerError, and never anything else."""
    with suppress(PeerError):
        parse(body)


@pytest.mark.parametrize("body", ["", "null", "[]", '"DONE"x', "{" * 100_000, "[" * 100_000, '"\\ud800"', "1" * 5000])
@pytest.mark.parametrize("parse", _PARSERS)
def test_broken_json(parse, body: str) -> None:  # type: ignore[no-untyped-def]
    """Empty, cut short, nested without end, half a character, a number without end: a PeerError."""
    with pytest.raises(PeerError):
        parse(body)


def test_a_value_never_shows_in_a_repr() -> None:
    """Printing a result, or what is believed of it, shows no value and no token."""
    canary = result(*(given_attribute(name, "Kanarievogel") for name in FIELDS))
    for thing in (canary, verify(canary, question())):
        assert "Kanarievogel" not in repr(thing)
        assert TOKEN not in repr(thing)
