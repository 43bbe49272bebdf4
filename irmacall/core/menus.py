"""Menus: a tree that keys walk through, as fast as anybody can press them.

Keys that follow each other faster than `times.choice` are read together when she pauses: so a code that is dialled
into a menu is a code and no ten choices, and who knows the menu need not listen to it. `*` says the menu again.
"""

from __future__ import annotations

from irmacall.core import routing, saying
from irmacall.core.call import Call
from irmacall.core.code import Digits
from irmacall.core.commands import Prompt
from irmacall.core.ids import MenuId
from irmacall.core.routes import Choice, Menu, ToMenu
from irmacall.core.state import Turn

SAY_AGAIN = "*"


def keys_pressed(turn: Turn, call: Call, keys: Digits) -> None:
    """Gather the keys until she pauses."""
    saying.hush(turn, call)
    if SAY_AGAIN in keys.plain():
        routing.to_menu(turn, call, _menu(call).id)
        return
    call.keys += keys.numeric()
    times = call.plan.times
    turn.set_timer(("call", call.id), turn.now + (times.choice if call.keys else times.first_digit))
    turn.look_again(call)


def patience_ended(turn: Turn, call: Call) -> None:
    """She paused after her keys, or pressed none in time."""
    wrong = bool(call.keys)
    if not _follow(turn, call, _menu(call).id):
        _not_chosen(turn, call, wrong=wrong)


def follow_ahead(turn: Turn, call: Call) -> bool:
    """Whether the keys that she pressed during the welcome are choices of the first menu: then she has chosen."""
    first = call.plan.start
    return isinstance(first, ToMenu) and _follow(turn, call, first.menu)


def _follow(turn: Turn, call: Call, menu: MenuId) -> bool:
    """Go where her keys lead from this menu, by way of other menus; keys beyond the end of the way are let go."""
    keys, call.keys = call.keys.plain(), Digits()
    chosen = _walk(call, menu, keys)
    if not chosen:
        return False
    call.menu_path += tuple(f"{where}:{key}" for where, key, _ in chosen)
    for _, _, choice in chosen:
        call.language = choice.language or call.language
    routing.go(turn, call, chosen[-1][2].to)
    return True


def _walk(call: Call, menu: MenuId, keys: str) -> list[tuple[MenuId, str, Choice]]:
    """Each choice on the way; none at all where any key is no choice where it is pressed."""
    chosen: list[tuple[MenuId, str, Choice]] = []
    for key in keys:
        choice = call.plan.menus[menu].choices.get(key)
        if choice is None:
            return []
        chosen.append((menu, key, choice))
        if not isinstance(choice.to, ToMenu):
            break
        menu = choice.to.menu
    return chosen


def _not_chosen(turn: Turn, call: Call, *, wrong: bool) -> None:
    menu = _menu(call)
    call.menu_tries += 1
    if call.menu_tries < menu.tries:
        routing.to_menu(turn, call, menu.id, *((Prompt.MENU_WRONG.sound,) if wrong else ()))
    else:
        routing.go(turn, call, menu.otherwise)


def _menu(call: Call) -> Menu:
    assert call.menu is not None
    return call.plan.menus[call.menu]
