"""What happens to a sealed identity between its disclosure and its erasure, which always comes."""

from __future__ import annotations

from dataclasses import replace

from irmacall.core import sights
from irmacall.core.call import Call
from irmacall.core.commands import Burn, NoteForAudit, RefreshPage
from irmacall.core.disclosure import Disclosure, Dropped, Seal
from irmacall.core.events import CodeRenewed, DisclosureSealed, ErasureAsked, IdentityLost
from irmacall.core.ids import CodeHash, PageId
from irmacall.core.pairing_events import PairingSealed
from irmacall.core.state import Turn


def sealed(turn: Turn, event: DisclosureSealed) -> None:
    """A new identity lies in the vault: its code may be used from now on, and its hour is running."""
    if event.sealed not in turn.desk.disclosures:
        _give_code(turn, begin(turn, event), event.code)


def begin(turn: Turn, event: DisclosureSealed | PairingSealed, replacing: Disclosure | None = None) -> Disclosure:
    """Note what lies in the vault now. A page has one disclosure: else she could not wipe the one that it forgot.

    Who saw the earlier one is told on this page still. One that is being replaced is left to who binds the new
    one to its call.
    """
    desk = turn.desk
    earlier = desk.disclosure_of(event.page)
    if earlier is not None and earlier is not replacing:
        forget(turn, earlier)
    disclosure = Disclosure(
        sealed=event.sealed,
        page=event.page,
        code=None,
        subject=event.subject,
        started_at=event.started_at,
        code_expires_at=turn.now,
        expires_at=event.expires_at,
        sights=() if earlier is None else sights.closed(earlier, turn.now),
    )
    desk.disclosures[event.sealed] = disclosure
    desk.sealed_of_page[event.page] = event.sealed
    return disclosure


def bind(turn: Turn, call: Call, disclosure: Disclosure) -> None:
    """This call is hers who disclosed: whoever owns it sees it from now on (`ownership`)."""
    disclosure.seal, disclosure.call = Seal.BOUND, call.id
    take_code(turn, disclosure)
    call.sealed, call.subject, call.identified, call.doubt = disclosure.sealed, disclosure.subject, True, None
    turn.touch_disclosure(disclosure)
    turn.touch_call(call)
    turn.do(RefreshPage(disclosure.page))


def replace_by(turn: Turn, replaced: Disclosure, by: Disclosure) -> None:
    """Its caller has identified herself anew: this one is erased, and a page of its own says why."""
    if replaced.page != by.page:
        replaced.replaced = True
        erase(turn, replaced)
        return
    forget(turn, replaced)
    known = turn.desk.disclosures
    turn.desk.successors = {old: new for old, new in turn.desk.successors.items() if new in known}
    turn.desk.successors[replaced.sealed] = by.sealed


def move(turn: Turn, call: Call, page: PageId, to: PageId) -> None:
    """Her browser has another page from now on: what this call has is seen, and erased, and taken back there."""
    desk = turn.desk
    disclosure = desk.disclosure_of(page)
    if disclosure is None or disclosure.call != call.id or to in desk.sealed_of_page:
        return
    del desk.sealed_of_page[page]
    disclosure.page = to
    desk.sealed_of_page[to] = disclosure.sealed
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(page))
    turn.do(RefreshPage(to))


def code_renewed(turn: Turn, event: CodeRenewed) -> None:
    """A new code for the same identity; the old one is void from now on.

    Who was cut off and asks for one says that she is coming back: her time to do so begins anew.
    """
    disclosure = turn.desk.disclosure_of(event.page)
    if disclosure is None or disclosure.seal is not Seal.OPEN:
        return
    if disclosure.dropped is not None:
        _wait_for_her(turn, disclosure, disclosure.dropped)
    take_code(turn, disclosure)
    _give_code(turn, disclosure, event.code)


def _wait_for_her(turn: Turn, disclosure: Disclosure, dropped: Dropped) -> None:
    until = max(dropped.until, turn.now + turn.desk.plan.times.dropped)
    disclosure.dropped = replace(dropped, until=min(until, disclosure.expires_at))


def erasure_asked(turn: Turn, event: ErasureAsked) -> None:
    """The citizen's word is enough, at any moment."""
    disclosure = turn.desk.disclosure_of(event.page)
    if disclosure is not None:
        erase(turn, disclosure)


def identity_lost(turn: Turn, event: IdentityLost) -> None:
    """What the vault lost is as good as erased; the call goes on."""
    disclosure = turn.desk.disclosures.get(event.sealed)
    if disclosure is not None:
        erase(turn, disclosure)
    for call in turn.desk.calls.values():
        if call.note == event.sealed:
            erase_note(turn, call)


def erase_note(turn: Turn, call: Call) -> None:
    """Erase what somebody wrote about the caller for whom she passed her on to, if anybody did."""
    if call.note is None:
        return
    turn.do(Burn(call.note))
    turn.set_timer(("note", call.id), None)
    call.note = call.note_until = call.note_by = None
    turn.touch_call(call)


def erase_own_note(turn: Turn, call: Call) -> None:
    """What her owner wrote for somebody who does not have her after all is nobody's to read."""
    if call.leg is not None and call.note_by == call.leg.user:
        erase_note(turn, call)


def erase_of(turn: Turn, call: Call) -> None:
    """Erase the identity of a call that is over."""
    disclosure = None if call.sealed is None else turn.desk.disclosures.get(call.sealed)
    if disclosure is not None:
        erase(turn, disclosure)


def keep_of(turn: Turn, call: Call, dropped: Dropped) -> None:
    """The line of this call ended: its identity lies sealed for nobody but her who disclosed, until she is back."""
    disclosure = None if call.sealed is None else turn.desk.disclosures.get(call.sealed)
    if disclosure is None or disclosure.seal is not Seal.BOUND or disclosure.call != call.id:
        return
    call.sealed = None
    disclosure.seal, disclosure.call = Seal.OPEN, None
    disclosure.dropped = replace(dropped, until=min(dropped.until, disclosure.expires_at))
    turn.set_timer(("disclosure", disclosure.sealed), disclosure.next_change)
    turn.touch_disclosure(disclosure)
    kept = round(disclosure.dropped.until - dropped.at)
    turn.do(NoteForAudit("identity_kept", call.id, f"her line ended: kept sealed for {kept} s"))
    turn.do(RefreshPage(disclosure.page))


def erase(turn: Turn, disclosure: Disclosure) -> None:
    """Burn it, unbind it, void its code; remember only, until the hour is over, that this page's data are gone."""
    if disclosure.seal is Seal.ERASED:
        return
    call = None if disclosure.call is None else turn.desk.calls.get(disclosure.call)
    if call is not None and call.sealed == disclosure.sealed:
        call.sealed = None
        turn.touch_call(call)
        erase_note(turn, call)  # It may tell what she wants forgotten.
        for page in () if call.pairing is None else call.pairing.pages:
            turn.do(RefreshPage(page))  # It says no longer that somebody sees it.
    disclosure.dropped = None
    take_code(turn, disclosure)
    disclosure.seal = Seal.ERASED
    turn.do(Burn(disclosure.sealed))
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))


def out_of_time(turn: Turn, disclosure: Disclosure) -> None:
    """The code's time is over, which its page must say; or nobody came back to it; or the hour is over."""
    if turn.now >= disclosure.expires_at:
        forget(turn, disclosure)
        return
    if turn.now >= disclosure.kept_until:
        erase(turn, disclosure)
        return
    take_code(turn, disclosure)
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))


def forget(turn: Turn, disclosure: Disclosure) -> None:
    """Nothing of this disclosure is kept, not even that there was one."""
    erase(turn, disclosure)
    desk = turn.desk
    del desk.disclosures[disclosure.sealed]
    if desk.sealed_of_page.get(disclosure.page) == disclosure.sealed:
        del desk.sealed_of_page[disclosure.page]
    turn.set_timer(("disclosure", disclosure.sealed), None)
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))


def refresh(turn: Turn, call: Call) -> None:
    """What the page of this caller shows has changed, if she has one."""
    disclosure = None if call.sealed is None else turn.desk.disclosures.get(call.sealed)
    if disclosure is not None:
        turn.do(RefreshPage(disclosure.page))


def _give_code(turn: Turn, disclosure: Disclosure, code: CodeHash) -> None:
    desk = turn.desk
    if code not in desk.sealed_of_code:  # Two live codes alike: this page must ask for another.
        desk.sealed_of_code[code] = disclosure.sealed
        disclosure.code = code
        disclosure.code_expires_at = min(turn.now + desk.plan.times.code, disclosure.kept_until)
    turn.set_timer(("disclosure", disclosure.sealed), disclosure.next_change)
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))


def take_code(turn: Turn, disclosure: Disclosure) -> None:
    """Its code opens nothing any more: used, renewed, too old, or erased with the rest."""
    if disclosure.code is not None:
        del turn.desk.sealed_of_code[disclosure.code]
        disclosure.code = None
    turn.set_timer(("disclosure", disclosure.sealed), disclosure.next_change)
