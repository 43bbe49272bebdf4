"""Plays of the welcome: what a caller hears, and what her keys mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.commands import HoldInQueue, NoteForAudit, Prompt, RefreshPage, Say, StopSaying
from irmacall.core.events import CallerArrived, KeysPressed, PlaybackEnded
from irmacall.core.ids import CallId, ChannelId, SealedId, playback
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN, WASTE
from tests.core.plays import HOUR, WAITING_ROOM, Play, code

TIMES = PLAN.times
SLIP = code(1)[:-1] + str((int(code(1)[-1]) + 1) % 10)
UNKNOWN = code(99)


def test_a_caller_is_welcomed_at_once() -> None:
    """The first thing that a caller hears is the welcome."""
    play = Play()
    asked = play.tell(CallerArrived(NEAR, ChannelId("anna")))
    assert asked == [play.says(CallId("anna"), 1, Prompt.WELCOME)]


def test_a_right_code_binds_the_disclosure_and_queues_for_its_subject() -> None:
    """The code's owner waits in the queue of the subject that she picked, and her page hears of it."""
    play = Play()
    page = play.citizen_discloses(1)
    call = play.caller_arrives()
    asked = play.keys(call, code(1))
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, PASSPORTS)
    assert play.call(call).sealed == SealedId("sealed1")
    assert HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM) in asked
    assert play.prompts == [Prompt.PLEASE_HOLD]
    assert RefreshPage(page) in play.screens


def test_a_subject_without_a_queue_of_its_own_waits_in_the_default_queue() -> None:
    """A subject that the site gives no queue is served all the same."""
    play = Play()
    play.citizen_discloses(1, WASTE)
    call = play.caller_waits(1)
    assert (play.call(call).queue, play.call(call).sealed) == (GENERAL, SealedId("sealed1"))


def test_keys_during_the_welcome_cut_it_short_and_count() -> None:
    """A tel: link dials its digits as soon as somebody answers, while the welcome still plays."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    assert play.keys(call, code(1)[0]) == [StopSaying(NEAR, call, playback(call, 1))]
    assert play.keys(call, code(1)[1:5]) == []
    play.keys(call, code(1)[5:])
    assert play.stage(call) is Stage.WAITING


def test_all_digits_at_once_are_one_code() -> None:
    """Some phones post every digit in one breath after the answer."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.tell(KeysPressed(NEAR, ChannelId(call), Digits(code(1))))
    assert play.call(call).sealed == SealedId("sealed1")


def test_a_caller_without_a_code_waits_anonymously_in_the_default_queue() -> None:
    """Seven seconds after the welcome without a key, she is served without a code."""
    play = Play()
    call = play.caller_arrives()
    play.prompt_ends(call)
    assert play.later(TIMES.first_digit - 0.1) == []
    play.later(0.2)
    assert play.prompts == [Prompt.WITHOUT_CODE]
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, GENERAL)
    assert play.call(call).sealed is None


def test_the_first_keys_time_begins_after_the_welcome() -> None:
    """A long welcome takes nothing from the caller's time for her first key."""
    play = Play()
    call = play.caller_arrives()
    assert play.later(TIMES.prompt - 1) == []
    play.prompt_ends(call)
    assert play.later(TIMES.first_digit - 0.1) == []


def test_a_welcome_whose_end_is_never_heard_of_keeps_nobody_waiting() -> None:
    """A prompt that ends unheard is taken to have ended after the longest prompt's time."""
    play = Play()
    call = play.caller_arrives()
    play.later(TIMES.prompt)
    assert play.stage(call) is Stage.WAITING


def _wrong_used(play: Play) -> str:
    play.citizen_discloses(2)
    play.caller_waits(2)
    return code(2)


def _wrong_expired(play: Play) -> str:
    play.citizen_discloses(2)
    play.later(TIMES.code + 1)
    return code(2)


def _wrong_renewed(play: Play) -> str:
    play.code_renewed(play.citizen_discloses(2), 3)
    return code(2)


def _wrong_slip(play: Play) -> str:
    play.citizen_discloses(1)
    return SLIP


def _wrong_unknown(play: Play) -> str:
    play.citizen_discloses(1)
    return UNKNOWN


def _wrong_half(play: Play) -> str:
    play.citizen_discloses(2)
    return code(2)[:6]


WRONGS = [_wrong_used, _wrong_expired, _wrong_renewed, _wrong_slip, _wrong_unknown, _wrong_half]


@pytest.mark.parametrize("wrong", WRONGS)
def test_every_wrong_code_sounds_the_same(wrong: Callable[[Play], str]) -> None:
    """Used, expired, renewed, a slip, unknown or half: the caller hears one prompt and is never told which it was."""
    play = Play()
    keys = wrong(play)
    call = play.caller_arrives()
    play.keys(call, keys)
    if len(keys) < len(code(1)):
        play.later(TIMES.next_digit)
    assert play.asked_for(Say) == [play.says(call, 2, Prompt.CODE_AGAIN)]
    assert (play.stage(call), play.call(call).tries, play.call(call).sealed) == (Stage.ASKING, 1, None)


@pytest.mark.parametrize("wrong", WRONGS)
def test_three_wrong_codes_lead_to_the_queue_without_one(wrong: Callable[[Play], str]) -> None:
    """Whoever fails three times is served politely, and anonymously."""
    play = Play()
    keys = wrong(play)
    call = play.caller_arrives()
    heard = []
    for _ in range(3):
        play.keys(call, keys)
        if len(keys) < len(code(1)):
            play.later(TIMES.next_digit)
        heard += play.prompts
    assert heard == [Prompt.CODE_AGAIN, Prompt.CODE_AGAIN, Prompt.WITHOUT_CODE]
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, GENERAL)
    assert play.call(call).sealed is None


@pytest.mark.parametrize("wrong", WRONGS)
def test_every_wrong_code_is_audited_with_its_try_and_never_with_what_it_was(wrong: Callable[[Play], str]) -> None:
    """Guessing is seen in the audit log: one line for each wrong code, the same for every way of being wrong."""
    play = Play()
    keys = wrong(play)
    call = play.caller_arrives()
    for number in (1, 2, 3):
        play.keys(call, keys)
        if len(keys) < len(code(1)):
            play.later(TIMES.next_digit)
        assert _noted(play) == [NoteForAudit("code_wrong", call, f"try {number}")]


def test_a_right_code_and_no_code_are_not_audited() -> None:
    """What is no guess is not counted as one."""
    play = Play()
    play.citizen_discloses(1)
    play.caller_waits(1)
    assert _noted(play) == []
    play.caller_waits()
    assert _noted(play) == []


def _noted(play: Play) -> list[NoteForAudit]:
    return [command for command in play.screens if isinstance(command, NoteForAudit)]


def test_a_right_code_after_two_wrong_ones_still_binds() -> None:
    """Limits never deny a right code within the three tries."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, SLIP + UNKNOWN)
    play.keys(call, code(1))
    assert play.call(call).sealed == SealedId("sealed1")


def test_no_key_after_a_wrong_code_is_a_caller_without_one() -> None:
    """Who does not try again is served without a code."""
    play = Play()
    call = play.caller_arrives()
    play.keys(call, UNKNOWN)
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    assert (play.stage(call), play.prompts) == (Stage.WAITING, [Prompt.WITHOUT_CODE])


def test_a_star_begins_the_code_again_and_costs_no_try() -> None:
    """Who notices her own slip starts over, with the time of a first key."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, "123*")
    assert play.later(TIMES.first_digit - 0.1) == []
    play.keys(call, code(1))
    assert (play.call(call).tries, play.call(call).sealed) == (0, SealedId("sealed1"))


def test_a_star_and_then_silence_is_a_caller_without_a_code() -> None:
    """Nothing keyed since the star is no code at all, not a wrong one."""
    play = Play()
    call = play.caller_arrives()
    play.keys(call, "123*")
    play.later(TIMES.first_digit)
    assert (play.prompts, play.call(call).tries) == ([Prompt.WITHOUT_CODE], 0)


def test_other_keys_are_no_part_of_a_code() -> None:
    """A hash or a letter among the digits changes nothing."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, "A" + code(1)[:4] + "AB#" + code(1)[4:])
    assert play.call(call).sealed == SealedId("sealed1")


def test_keys_between_two_digits_have_their_own_time() -> None:
    """Each key gives four seconds for the next one."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    for key in code(1):
        assert play.stage(call) is Stage.WELCOME
        play.later(TIMES.next_digit - 0.1)
        play.keys(call, key)
    assert play.stage(call) is Stage.WAITING


def test_a_waiting_caller_may_still_give_her_code() -> None:
    """It binds, and moves her to her subject's queue with the place that she has."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits()
    queued_at = play.call(call).queued_at
    play.later(30)
    play.keys(call, code(1))
    assert (play.call(call).sealed, play.call(call).queue) == (SealedId("sealed1"), PASSPORTS)
    assert (play.call(call).queued_at, play.prompts) == (queued_at, [Prompt.CODE_ACCEPTED])


def test_a_waiting_caller_who_guesses_is_soon_heard_no_more() -> None:
    """Three codes that open nothing, and a right one after them opens nothing either."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits()
    for guess in (2, 3, 4):
        play.keys(call, code(guess))
        assert (play.prompts, play.audited) == ([Prompt.CODE_UNKNOWN], ["code_wrong"])
    play.keys(call, code(1))
    assert (play.call(call).sealed, play.prompts) == (None, [])


def test_a_stream_of_keys_gives_no_more_guesses_than_codes() -> None:
    """Each window of ten keys that could be a code counts as one that was tried."""
    play = Play()
    call = play.caller_waits()
    play.keys(call, "".join(code(number) for number in range(2, 30)))
    assert play.call(call).tries == PLAN.code_tries


def test_a_code_is_burned_at_its_first_use() -> None:
    """Of two callers with one code, the second is asked again."""
    play = Play()
    play.citizen_discloses(1)
    first, second = play.caller_arrives(), play.caller_arrives()
    play.keys(first, code(1))
    play.keys(second, code(1))
    assert (play.call(first).sealed, play.call(second).sealed) == (SealedId("sealed1"), None)
    assert play.prompts == [Prompt.CODE_AGAIN]


def test_a_code_dies_before_its_identity() -> None:
    """One second before its quarter of an hour the code opens, at its end it does not."""
    for wait, opens in ((TIMES.code - 1, True), (TIMES.code, False)):
        play = Play()
        play.citizen_discloses(1)
        play.later(wait)
        call = play.caller_arrives()
        play.keys(call, code(1))
        assert (play.call(call).sealed is not None) is opens


def test_a_code_renewed_just_before_the_hours_end_dies_with_the_identity() -> None:
    """No code outlives what it opens."""
    play = Play()
    page = play.citizen_discloses(1)
    play.later(HOUR - 10)
    play.code_renewed(page, 2)
    assert play.desk.disclosures[SealedId("sealed1")].code_expires_at == play.leader.now + 10


def test_an_end_of_another_prompt_is_late() -> None:
    """The end of a prompt that was cut short does not start the clock of the one that is playing."""
    play = Play()
    call = play.caller_arrives()
    play.keys(call, UNKNOWN)
    play.tell(PlaybackEnded(NEAR, playback(call, 1)))
    assert play.later(TIMES.first_digit) == []
    assert play.stage(call) is Stage.ASKING


def test_a_caller_who_hangs_up_during_the_welcome_leaves_nothing() -> None:
    """Her code is worth what it was worth before: she had not used it."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, code(1)[:5])
    play.hangs_up(call)
    assert (play.desk.calls, play.asked) == ({}, [])
    again = play.caller_waits(1)
    assert play.call(again).sealed == SealedId("sealed1")


def test_a_hash_says_that_there_is_no_code() -> None:
    """Who has none need not wait for her time to run out; in the middle of a code it means nothing."""
    play = Play()
    call = play.caller_arrives()
    play.keys(call, "12#")
    assert play.stage(call) is Stage.WELCOME
    other = play.caller_arrives()
    play.keys(other, "#")
    assert (play.stage(other), play.call(other).tries) == (Stage.WAITING, 0)
