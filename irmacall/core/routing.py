"""Where a caller goes: by menus and hours, round what is closed, full or empty, and never into nothing.

Every way ends in a queue, in a menu, or in a message that ends the call. A way that comes back to a queue that it has
passed stops there: whoever made the plan was warned, and she is not to pay for it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from irmacall.core import queue, saying, spoken
from irmacall.core.call import Call, Stage, Turning
from irmacall.core.commands import Prompt, TryNumber
from irmacall.core.facts import Outcome
from irmacall.core.hours import Hours
from irmacall.core.ids import MenuId, QueueId, SoundName
from irmacall.core.lines import QueueRules
from irmacall.core.routes import Destination, ToCallback, ToMenu, ToMessage, ToQueue
from irmacall.core.skills import Profile
from irmacall.core.state import Turn


def go(turn: Turn, call: Call, to: Destination, *said: SoundName) -> None:
    """Send this caller there. `said`: what she hears first, where she waits."""
    if isinstance(to, ToQueue):
        _to_queue(turn, call, to.queue, said)
    elif isinstance(to, ToMenu):
        to_menu(turn, call, to.menu)
    elif isinstance(to, ToMessage):
        send_away(turn, call, Outcome.TURNED_AWAY, to.sound)
    else:
        to_callback(turn, call)


def to_menu(turn: Turn, call: Call, name: MenuId, *said: SoundName) -> None:
    """She hears this menu, after what she is told first."""
    if call.stage is not Stage.MENU:
        call.turn(Turning.CHOOSES)
    if call.menu != name:
        call.menu, call.menu_tries = name, 0
    saying.ask(turn, call, *said, call.plan.menus[name].sound)


def to_callback(turn: Turn, call: Call) -> None:
    """Who waits is asked where she wants to be called back; what that means she is told first."""
    call.turn(Turning.WANTS_CALLBACK)
    call.own_number = True
    saying.ask(turn, call, Prompt.CALLBACK_OFFER.sound, Prompt.CALLBACK_NUMBER.sound)
    turn.do(TryNumber(call.node, call.id, call.channel, call.said))


def start(turn: Turn, call: Call, *said: SoundName) -> None:
    """Where a caller goes who gave no code."""
    go(turn, call, call.plan.start or ToQueue(call.plan.default_queue), *said)


def send_away(turn: Turn, call: Call, outcome: Outcome, *sounds: SoundName) -> None:
    """She hears this, and the call is over."""
    call.turn(Turning.SENT_AWAY)
    call.outcome = outcome
    saying.say(turn, call, *sounds)
    saying.wait_for_end(turn, call, sounds)


def _out_of_hours(turn: Turn, call: Call, hours: Hours, to: Destination) -> None:
    """She goes where it leads out of these hours; a message says besides when it opens again."""
    if not isinstance(to, ToMessage):
        go(turn, call, to)
        return
    opening = hours.next_opening(turn.now)
    zone = ZoneInfo(call.plan.timezone)
    when: tuple[SoundName, ...] = ()
    if opening is not None:
        local = datetime.fromtimestamp(opening, zone), datetime.fromtimestamp(turn.now, zone)
        when = spoken.opens_at(*local, call.language)
    send_away(turn, call, Outcome.CLOSED, to.sound, *when)


def _to_queue(turn: Turn, call: Call, name: QueueId, said: tuple[SoundName, ...]) -> None:
    passed: set[QueueId] = set()
    while True:
        passed.add(name)
        rules = call.plan.rules(name)
        elsewhere = _elsewhere(turn, call, rules)
        if elsewhere is None or (isinstance(elsewhere, ToQueue) and elsewhere.queue in passed):
            if call.stage is not Stage.WAITING or call.queue != name:  # Who waits there already, waits on as she did.
                queue.enter(turn, call, name)
            if said:
                saying.say(turn, call, *said)
            return
        if not isinstance(elsewhere, ToQueue):
            _turn_from(turn, call, rules, elsewhere)
            return
        name = elsewhere.queue


def _elsewhere(turn: Turn, call: Call, rules: QueueRules) -> Destination | None:
    """Where she goes instead of into this queue; None: into it."""
    desk = turn.desk
    if desk.emergency is not None:
        return desk.emergency.to
    if not (rules.hours or call.plan.hours).open_at(turn.now):
        return rules.closed or call.plan.closed
    if rules.nobody is not None and not desk.staffed(desk.known_queue(rules.id)):
        return rules.nobody
    if call.ahead:
        return None  # She comes before those who are there: she was there already.
    if rules.most is not None and rules.full is not None and len(desk.order.queues.get(rules.id, ())) >= rules.most:
        return rules.full
    return None


def _turn_from(turn: Turn, call: Call, rules: QueueRules, to: Destination) -> None:
    hours = rules.hours or call.plan.hours
    closed = turn.desk.emergency is None and not hours.open_at(turn.now)
    if isinstance(to, ToCallback):
        queue.enter(turn, call, rules.id)  # Her place, whether she wants to be called back or waits after all.
        to_callback(turn, call)
    elif closed:
        _out_of_hours(turn, call, hours, to)
    else:
        go(turn, call, to)


def overflow(turn: Turn, call: Call, to: Destination) -> bool:
    """Who waits goes elsewhere, with the place that she has. False: that is nowhere else, and she waits on."""
    if isinstance(to, ToQueue) and to.queue == call.queue:
        return False
    take_back(turn, call)
    go(turn, call, to)
    return True


def take_back(turn: Turn, call: Call) -> None:
    """Who is to go elsewhere is asked of nobody any more; what she hears, or was asked, stops."""
    if call.stage is Stage.RINGING:
        queue.no_longer(turn, call, None)
    elif call.stage is Stage.CALLBACK:
        call.turn(Turning.STAYS)
    saying.hush(turn, call)


def takes(turn: Turn, call: Call, name: QueueId) -> bool:
    """Whether this queue would have her now, and send her nowhere else."""
    return _elsewhere(turn, call, call.plan.rules(name)) in (None, ToQueue(name))


def nobody_left(turn: Turn, profile: Profile) -> None:
    """An agent left her seat: where she was the last who serves a queue, its callers are looked at (`go_on`)."""
    desk = turn.desk
    for name, line in desk.order.queues.items():
        served = desk.known_queue(name)
        if profile.suits(served, frozenset()) and not desk.staffed(served):
            calls = (desk.calls.get(who) for _, who in line)
            turn.touched_calls.update((call.id, None) for call in calls if call is not None)


def go_on(turn: Turn, call: Call) -> None:
    """Who waits goes elsewhere where there is an emergency, or nobody is left to answer her. A callback has time."""
    desk = turn.desk
    waits_for_us = call.called_back or call.handover is not None
    if call.stage is not Stage.WAITING or waits_for_us or call.node not in desk.confirmed:
        return
    rules = call.plan.rules(call.queue)
    if desk.emergency is not None:
        overflow(turn, call, desk.emergency.to)
    elif rules.nobody is not None and not desk.staffed(desk.known_queue(call.queue)):
        overflow(turn, call, rules.nobody)


def kept_out(turn: Turn, call: Call) -> bool:
    """Whether a new caller goes elsewhere before anything else, since there is an emergency or the desk is closed."""
    hours = call.plan.hours
    if turn.desk.emergency is not None:
        go(turn, call, turn.desk.emergency.to)
    elif hours.open_at(turn.now):
        return False
    else:
        _out_of_hours(turn, call, hours, call.plan.closed)
    return True


def busy(turn: Turn, call: Call) -> None:
    """There is no room for a new caller: she hears so, and those who are there are served on."""
    send_away(turn, call, Outcome.REFUSED, Prompt.BUSY.sound)
