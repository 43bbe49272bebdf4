"""A lab's exchange is written as an operator would write it."""

from __future__ import annotations

import tomllib

from lab.exchange import PLAIN, Exchange, trunk_lines

OURS = Exchange(
    desk={"start": {"menu": "hoofd"}, "code_tries": 2},
    queues={"burgerzaken": {"patience": 2.5, "callback": True}, "nacht": {"title": '’s Nachts "open"'}},
    tables={
        "menu": [{"id": "hoofd", "choices": [{"key": "1", "queue": "nacht"}]}],
        "group": [{"id": "kcc", "queues": ["nacht"]}, {"id": "extra", "queues": ["burgerzaken"]}],
    },
    transfer={"ring": 8, "outside": ["+3124"]},
    members={"samira": ["kcc"]},
)


def _desk(exchange: Exchange) -> dict[str, object]:
    [desk] = tomllib.loads("\n".join(["[[desk]]", *exchange.keys(), *exchange.lines()]))["desk"]
    assert isinstance(desk, dict)
    return desk


def test_what_is_given_is_what_the_file_says() -> None:
    """Keys, queues that every lab has, queues of its own and tables come back as they went in."""
    desk = _desk(OURS)
    assert {key: desk[key] for key in OURS.desk} == OURS.desk
    assert desk["transfer"] == OURS.transfer
    assert desk["queue"] == [
        {"id": "publiekszaken", "title": "Publiekszaken"},
        {"id": "burgerzaken", "title": "Burgerzaken", "patience": 2.5, "callback": True},
        {"id": "nacht", "title": '’s Nachts "open"'},
    ]
    assert {name: desk[name] for name in OURS.tables} == OURS.tables


def test_a_lab_that_says_nothing_has_two_queues() -> None:
    """And nothing else."""
    assert _desk(PLAIN) == {
        "queue": [{"id": "publiekszaken", "title": "Publiekszaken"}, {"id": "burgerzaken", "title": "Burgerzaken"}]
    }


def test_a_line_can_call_out() -> None:
    """Each node gets it."""
    line = {
        "name": "provider",
        "addresses": ["192.0.2.9/32"],
        "outbound": {"host": "192.0.2.9", "caller_id": "+3124"},
    }
    lines = ["[[node]]", *trunk_lines([line])]
    assert tomllib.loads("\n".join(lines)) == {"node": [{"trunk": [line]}]}


def test_agents_are_in_every_group_but_for_those_who_are_named() -> None:
    """So that a play need only name the ones it is about."""
    assert OURS.groups_of("samira") == ["kcc"]
    assert OURS.groups_of("willem") == ["kcc", "extra"]
    assert PLAIN.groups_of("samira") == []
