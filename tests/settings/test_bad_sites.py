"""Every value that an operator can get wrong in the site file: one clear line each, that says what would be right."""

from __future__ import annotations

import pytest

from irmacall.settings.reading import shown
from tests.settings.sample import Sample, problems
from tests.settings.site_slips import BAD, DOUBLE


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (["9:00-12:00", "13:00-25:00"], "['9:00-12:00', '13:00-25:00']"),
        ({"message": "dicht"}, "{ message = 'dicht' }"),
        ({}, "{}"),
        ({"message": "dicht", "token": "0b1f"}, "a table"),
        ([{"wachtwoord": "0b1f"}], "a list"),
        (["redis://user:0b1f@host/0"], "['redis://…@host/0']"),
        ([[["a"]]], "a list"),
        (["a"] * 13, "a list"),
        (["a" * 200], "a list"),
        ([10**5000], "[a very large number]"),
    ],
)
def test_a_wrong_list_or_table_is_shown(value: object, told: str) -> None:
    """As far as it is short, and no key in it looks like that of a secret."""
    assert shown(value) == told


@pytest.mark.parametrize("case", BAD)
def test_a_bad_value_gets_a_line_of_its_own(sample: Sample, case: str) -> None:
    """Whatever is wrong is told where it is, and no secret that stood in the wrong place is shown."""
    old, new, expected = BAD[case]
    sample.change(old, new)
    lines = problems(sample)
    assert any(expected in line for line in lines), lines
    assert all(line.isprintable() for line in lines)
    assert not any("hunter2" in line for line in lines)


ALONE = sorted(set(BAD) - DOUBLE)


@pytest.mark.parametrize("case", ALONE)
def test_one_mistake_is_told_once(sample: Sample, case: str) -> None:
    """A mistake does not draw other complaints behind it, that the operator would look for in vain."""
    old, new, _ = BAD[case]
    sample.change(old, new)
    assert len(problems(sample)) == 1


def test_everything_wrong_is_told_at_once(sample: Sample) -> None:
    """Mistakes in the file, between its parts, on the machine and in the secrets come in one message."""
    sample.change('name = "pbx1"', 'name = "pbx 1"')
    sample.change("127.0.0.1:6380/0", "127.0.0.1:6379/1")
    sample.change('tls_cert = "staff.pem"', 'tls_cert = "nowhere.pem"')
    sample.secret("irma-token", "changeme")
    found = problems(sample)
    for place in ("node[1].name", "store.vault", "staff.tls_cert", "credential irma-token"):
        assert sum(line.startswith(place) for line in found) == 1, found
    assert len(found) == 4


def test_a_wrong_reference_is_told_among_other_mistakes(sample: Sample) -> None:
    """Who mends a misspelt key and a quoted number does not learn only then that a queue is not there."""
    sample.change("sip_address", "sip_adress")
    sample.change("ring = 20", 'ring = "20"')
    sample.change('queue = "burgerzaken"', 'queue = "belastingen"')
    sample.change('default_queue = "algemeen"', 'default_queue = "balie"')
    found = problems(sample)
    assert "desk[1].default_queue = 'balie': should be one of this desk's queues: algemeen, burgerzaken" in found
    assert sum(line.startswith("desk[1].subject[1].queue = 'belastingen': should be") for line in found) == 1
    assert sum(line.startswith("desk[1].times.ring = '20'") for line in found) == 1
    assert len(found) == 5  # a key that is misspelt is missing too


def test_a_reference_to_a_queue_that_cannot_be_read_is_not_judged(sample: Sample) -> None:
    """The queue whose name is wrong may well be the one that was meant."""
    sample.change('id = "burgerzaken"', 'id = "Burger Zaken"')
    (line,) = problems(sample)
    assert line.startswith("desk[1].queue[2].id = 'Burger Zaken'")


def test_a_desk_that_is_right_is_judged_beside_a_node_that_is_not(sample: Sample) -> None:
    """What two parts of a desk say of each other does not wait for the rest of the file."""
    sample.change('name = "pbx1"', 'name = "pbx 1"')
    sample.change("code = 900", "code = 3000\nidentity = 60")
    found = problems(sample)
    assert any(line.startswith("desk[1].times.code = 3000") for line in found), found
