"""What is saved, and the desk that is loaded from it."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from irmacall.core import records
from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.ids import RecordKey
from irmacall.core.state import GRANTS_A_FENCE
from tests.core.leader import PLAN
from tests.core.plays import BO, ELS, Play, code, phone_of, seat_of


def _saved() -> tuple[Play, dict[RecordKey, bytes]]:
    play = Play()
    play.talks()
    play.agent_comes(BO)
    play.caller_waits()
    play.citizen_discloses(2)
    play.keys(play.caller_arrives(), code(2)[:6])
    return play, play.store.saved


def test_a_desk_is_loaded_as_it_was_saved() -> None:
    """Every record comes back as the same bytes."""
    _, saved = _saved()
    desk = records.load(PLAN, 7, saved)
    assert {key: records.record(desk, key) for key in saved} == saved
    assert {kind for kind, _ in saved} == {"call", "agent", "disclosure"}


def test_grants_begin_above_all_of_the_leader_before() -> None:
    """Each fence has a million numbers of its own."""
    _, saved = _saved()
    first, second = (records.load(PLAN, fence, saved).new_grant() for fence in (7, 8))
    assert first == 7 * GRANTS_A_FENCE + 1
    assert second - first == GRANTS_A_FENCE


def test_nothing_of_a_code_is_saved_nor_printed() -> None:
    """Neither a whole code nor the half that somebody is keying in."""
    play, saved = _saved()
    text = b"".join(saved.values()).decode() + repr(play.desk)
    assert code(1) not in text
    assert code(2)[:6] not in text
    assert not any(field in json.loads(raw) for raw in saved.values() for field in ("keys", "saying", "members"))


def test_digits_refuse_every_way_of_being_kept() -> None:
    """No pickle, no copy by pickle, no hash; their print is their length."""
    digits = Digits("1234567890")
    with pytest.raises(TypeError):
        pickle.dumps(digits)
    with pytest.raises(TypeError):
        copy.copy(digits)
    with pytest.raises(TypeError):
        hash(digits)
    assert f"{digits}{digits!r}" == "<10 digits><10 digits>"


def test_what_is_over_is_deleted() -> None:
    """A record of nothing is None."""
    play, _ = _saved()
    for kind in ("call", "agent", "disclosure"):
        assert records.record(play.desk, (kind, "nothing")) is None


def test_a_phone_belongs_to_the_agent_who_is_seated_at_it() -> None:
    """Whoever sat there before is away, in whatever order the records come."""
    play = Play()
    play.agent_comes(ELS)
    play.claims(BO, seat_of(BO), phone_of(ELS))
    saved = play.store.saved
    for keys in (sorted(saved), sorted(saved, reverse=True)):
        desk = records.load(PLAN, 1, {key: saved[key] for key in keys})
        assert desk.agent_of_endpoint == {phone_of(ELS): BO}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"v":2}',
        b'{"v":1}',
        b'{"v":1,"user":"els","endpoint":"e","availability":"asleep"}',
        b'{"v":1,"user":"els","endpoint":"e","availability":"away","more":1}',
        b"\xff",
    ],
)
def test_a_record_that_cannot_be_read_is_refused_by_name_and_without_content(raw: bytes) -> None:
    """A record of another version is not guessed at."""
    with pytest.raises(records.RecordError) as refused:
        records.load(PLAN, 1, {("agent", "els"): raw})
    assert "agent els" in str(refused.value)
    assert "asleep" not in str(refused.value)


def test_a_record_of_another_kind_is_refused() -> None:
    """Nobody knows what it would mean."""
    with pytest.raises(records.RecordError, match="menu 1"):
        records.load(PLAN, 1, {("menu", "1"): b'{"v":1}'})


def test_a_loaded_desk_shows_nobody_anything_until_its_nodes_have_spoken() -> None:
    """No node is confirmed, so nothing is granted."""
    play, _ = _saved()
    play.crashes()
    assert (play.desk.confirmed, play.grants.held()) == (set(), [])
    assert [call.granted for call in play.desk.calls.values() if call.stage is Stage.TALKING] == [None]
