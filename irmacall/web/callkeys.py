"""What the agent's screen offers to do with a call, by what is going on in it: each key's word, and what it asks for.

Keys are named as the page's buttons are; one that is not in the answer is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from irmacall.web.i18n import N_, _
from irmacall.web.ports import ActName, ConsultingView, TalkingView


@dataclass(frozen=True, slots=True)
class CallKey:
    """One button."""

    text: str
    act: ActName | None = None
    """What it asks the desk for; None: the page itself knows."""
    pressed: bool | None = None
    """Of a switch: whether it is on."""
    name: str = ""
    """Whom it is about, where its text says so."""

    @property
    def label(self) -> str:
        """What stands on it, in the language of this request."""
        return _(self.text).format(name=self.name)


_HANG_UP: Final = CallKey(N_("Ophangen"))
_SWAP: Final = CallKey(N_("Wissel"), "swap")
_JOIN: Final = CallKey(N_("Met z’n drieën"), "join")
_COMPLETE: Final = CallKey(N_("Verbind door"), "complete")
_CANCEL: Final = CallKey(N_("Stop overleg"), "cancel")
_BY_STATE: Final[Mapping[str, Mapping[str, CallKey]]] = {
    "ringing": {"complete": _COMPLETE, "cancel": CallKey(N_("Stop"), "cancel")},
    "consulted": {"swap": _SWAP, "join": _JOIN, "complete": _COMPLETE, "cancel": _CANCEL},
    "aside": {"swap": _SWAP, "join": _JOIN, "complete": _COMPLETE, "cancel": _CANCEL},
    "together": {"swap": CallKey(N_("Privé verder"), "swap"), "complete": _COMPLETE, "cancel": _CANCEL},
}
_ON_THE_PHONE: Final = frozenset({"complete", "cancel"})
"""What the screen can do of a second call that the phone made itself: the phone swaps with its own keys."""


def offered(call: TalkingView) -> Mapping[str, CallKey]:
    """The keys of this call. Who is consulted can hang up, and no more: the caller is not hers.

    While she consults, her owner cannot hang up here: that would pass the caller on.
    """
    if call.consulted_by is not None:
        return {"hangup": _HANG_UP}
    mute = {"mute": CallKey(N_("Microfoon uit"), "unmute" if call.muted else "mute", pressed=call.muted)}
    if call.identify is not None:
        mute["identify"] = CallKey(N_("Meer vragen") if call.identified else N_("Identificeer"))
    if call.consult is not None:
        return {**mute, **_while_consulting(call.consult)}
    keys = {**mute, "transfer": CallKey(N_("Doorverbinden")), "hangup": _HANG_UP}
    if not call.phone_held:
        keys["hold"] = CallKey(N_("Terugnemen"), "resume") if call.held else CallKey(N_("Wacht"), "hold")
    if call.passed_by is not None and call.passed_by_user is not None:
        keys["back"] = CallKey(N_("Terug naar {name}"), name=call.passed_by)
    return keys


def _while_consulting(consult: ConsultingView) -> Mapping[str, CallKey]:
    keys = _BY_STATE[consult.state]
    return {name: key for name, key in keys.items() if name in _ON_THE_PHONE} if consult.by_phone else keys
