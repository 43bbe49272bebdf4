"""Everything that an operator can get wrong in an exchange: one clear line, with the key and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from irmacall.settings import Purpose
from tests.settings.exchange import DESK, OUTBOUND, changed, make_exchange
from tests.settings.sample import problems
from tests.settings.slips import AVOND, BAD, SCHEDULE


@pytest.mark.parametrize("case", BAD)
def test_a_bad_exchange_gets_one_line(tmp_path: Path, case: str) -> None:
    """The file, the key where the slip is, and what would be right: in one line, and in no more."""
    old, new, key, remedy = BAD[case]
    sample = make_exchange(tmp_path, changed(old, new))
    [line] = problems(sample, Purpose.FILE)
    _tells(line, f"desk[1].{key}", remedy)


def test_a_table_is_named_by_its_id(tmp_path: Path) -> None:
    """Nobody counts forty queues; where the id itself is wrong, or there is none, it is told by its number alone."""
    desk = changed("head_start = 30", "head_start = 7200")
    [line] = problems(make_exchange(tmp_path, desk), Purpose.FILE)
    assert line.startswith("desk[1].queue[2].head_start = 7200: ")
    assert line.endswith(" (queue[2] is 'burgerzaken')")
    [line] = problems(make_exchange(tmp_path, changed('key = "1"', 'key = "*"')), Purpose.FILE)
    assert line.endswith(" (menu[1] is 'hoofd')")
    for new in ('id = "Burger Zaken"\n', ""):
        spoiled = changed('id = "burgerzaken"\n', new, desk)
        lines = problems(make_exchange(tmp_path, spoiled), Purpose.FILE)
        assert [line for line in lines if line.startswith("desk[1].queue[2].")]
        assert not any("queue[2] is" in line for line in lines)


def test_all_kinds_at_once_get_all_their_lines(tmp_path: Path) -> None:
    """A site with every slip there is, each in a desk of its own, is told all of them, and nothing else."""
    desks = [_renamed(changed(old, new), at) for at, (old, new, *_) in enumerate(BAD.values(), 1)]
    lines = problems(make_exchange(tmp_path, *desks), Purpose.FILE)
    assert len(lines) == len(BAD) > 40
    for at, (case, (_, _, key, remedy)) in enumerate(BAD.items(), 1):
        [line] = [each for each in lines if each.startswith(f"desk[{at}].")]
        _tells(line, f"desk[{at}].{key}", remedy)
        assert case


def test_slips_in_one_desk_are_told_together(tmp_path: Path) -> None:
    """What tables say wrong, call by a wrong name and contradict is told of one desk in one message."""
    desk = DESK
    for case in ("a time with a dot", "a menu's missing prompt", "steps that do not rise", "a key twice"):
        old, new, *_ = BAD[case]
        desk = changed(old, new, desk)
    lines = problems(make_exchange(tmp_path, desk), Purpose.FILE)
    keys = ["schedule[1].tuesday", "menu[1].sound", "queue[2].steps[2].after", "menu[1].choices[2].key"]
    assert sorted(line.split(maxsplit=1)[0].rstrip(":") for line in lines) == sorted(f"desk[1].{key}" for key in keys)


_NOBODY = changed('queues = ["belastingen"]\nskills = { engels = 1 }', 'queues = ["belastingen"]')
_ASKED = "callback = true\nmost"


@pytest.mark.parametrize(
    "rules",
    [
        "steps = [{ after = 0 }, { after = 60, language = false }]",
        "steps = [{ after = 0, skills = { paspoort = 2 } }, { after = 9, language = false }]",
        'patience = 60\nimpatient = { queue = "algemeen" }',
        'patience = 60\nimpatient = { message = "gesloten" }',
    ],
)
def test_who_is_let_go_waits_not_for_ever(tmp_path: Path, rules: str) -> None:
    """A last step that asks less, and patience that leads away, are ways out of a queue of whom nobody suits."""
    desk = changed(_ASKED, f"callback = true\n{rules}\nmost", _NOBODY)
    assert make_exchange(tmp_path, desk).load(Purpose.FILE)


def test_a_language_that_is_never_spoken_there_asks_for_nobody(tmp_path: Path) -> None:
    """Only who can come there counts: in Dutch alone, from a menu to which no English way leads, and by no code."""
    desk = changed(
        ', menu = "tarieven" }', ', queue = "algemeen" }', _NOBODY.replace('otherwise = { menu = "hoofd" }\n', "")
    )
    desk = changed('start = { menu = "hoofd" }', 'start = { menu = "tarieven" }', desk)
    desk = changed(
        'key = "0", queue = "belastingen"', 'key = "1", queue = "belastingen" }, { key = "2", menu = "hoofd"', desk
    )
    assert make_exchange(tmp_path, desk).load(Purpose.FILE)
    by_code = changed('title = "Paspoort"\nqueue = "burgerzaken"', 'title = "Paspoort"\nqueue = "belastingen"', desk)
    [line] = problems(make_exchange(tmp_path, by_code), Purpose.FILE)
    _tells(line, "desk[1].queue[3].id", "callers in 'en' wait for ever")


def test_a_skill_may_come_from_another_group_of_the_queue(tmp_path: Path) -> None:
    """Agents have the skills of all their groups."""
    desk = changed("skills = { paspoort = 2, engels = 1 }", "skills = { paspoort = 2 }")
    lines = problems(make_exchange(tmp_path, desk), Purpose.FILE)
    assert [line.split(":")[0] for line in lines] == ["desk[1].queue[1].id"]  # the other one's last step gives it up
    desk += '\n[[desk.group]]\nid = "engels"\ntitle = "Engels"\nqueues = ["algemeen"]\nskills = { engels = 1 }\n'
    assert make_exchange(tmp_path, desk).load(Purpose.FILE)


def test_desks_that_say_two_things_by_one_name_are_told(tmp_path: Path) -> None:
    """Nodes have one sound file of a name, whosever it is; the same text in both is no mistake."""
    twin = _renamed(DESK, 2)
    assert make_exchange(tmp_path, DESK, twin).load(Purpose.FILE)
    sample = make_exchange(tmp_path, DESK, changed("Keep calm.", "Do not keep calm.", twin))
    [line] = problems(sample, Purpose.FILE)
    _tells(line, "desk[2].sound[3].id", "the same text as that of desk[1]")


def test_calling_back_without_a_line_is_told(tmp_path: Path) -> None:
    """Nobody is promised a call that cannot leave."""
    sample = make_exchange(tmp_path, DESK)
    sample.change(OUTBOUND, "")
    [line] = problems(sample, Purpose.FILE)
    _tells(line, "desk[1].queue[3].callback", "no [[node.trunk]] has an outbound.host")


def test_closed_without_hours_is_told(tmp_path: Path) -> None:
    """Who says where callers go out of hours, and not when that is, forgot something."""
    desk = changed('hours = "kantoor"\n', "", DESK)
    desk = changed(desk[desk.index(SCHEDULE) : desk.index(AVOND)], "", desk)
    assert make_exchange(tmp_path, desk).load(Purpose.FILE)  # a queue has hours, and the desk's message
    for spoiled, key in (
        (
            changed(
                'hours = "avond"\nclosed = { queue = "algemeen" }\n', "", changed(AVOND + 'holidays = ""', "", desk)
            ),
            "",
        ),
        (changed('closed = { message = "gesloten" }\n', "", changed('hours = "avond"\n', "", desk)), "queue[3]."),
    ):
        lines = problems(make_exchange(tmp_path, spoiled), Purpose.FILE)
        assert any(line.startswith(f"desk[1].{key}hours: is missing: should say when") for line in lines), lines


def test_a_queue_that_never_closes_can_take_over_out_of_hours(tmp_path: Path) -> None:
    """A line of the whole day and night needs no way of its own for when it is closed."""
    days = "\n".join(f'{day} = ["00:00-24:00"]' for day in ("monday", "tuesday", "wednesday", "thursday", "saturday"))
    desk = changed('friday = ["18:00-24:00"]', days + '\nfriday = ["00:00-24:00"]\nsunday = ["00:00-24:00"]')
    desk = changed('hours = "avond"\nclosed = { queue = "algemeen" }', 'hours = "avond"', desk)
    desk = changed('closed = { message = "gesloten" }', 'closed = { queue = "belastingen" }', desk)
    assert make_exchange(tmp_path, desk).load(Purpose.FILE)
    lines = problems(make_exchange(tmp_path, changed('sunday = ["00:00-24:00"]\n', "", desk)), Purpose.FILE)
    assert lines == [
        "desk[1].closed: leads to queue belastingen, which is closed at the same time: "
        "should be a message, or a queue with other hours"
    ]


def _tells(line: str, key: str, remedy: str) -> None:
    assert line.startswith((f"{key} = ", f"{key}: ", f"{key}.")), line
    assert remedy in line, line
    assert "should " in line or "is no key" in line, line
    assert line.isprintable()
    assert len(line) < 400


def _renamed(desk: str, number: int) -> str:
    desk = changed('id = "voorbeeld"', f'id = "voorbeeld-{number}"', desk)
    return changed("+31241234567", f"+3124{1_000_000 + number}", desk)
