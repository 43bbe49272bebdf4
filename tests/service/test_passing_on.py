"""A caller goes from one screen to another, with a note: who is shown what and what is written down, step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from irmacall.core.commands import CreateLeg, Grant
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    ErasureAsked,
    LegAnswered,
    LegEntered,
    PhoneCalled,
    PhoneRegistered,
)
from irmacall.core.ids import CallId, ChannelId, PageId, SealedId, leg_channel, talk_bridge
from irmacall.errors import Refused
from irmacall.service.staff import Place
from irmacall.store.audit import AuditKind
from irmacall.store.users import Role, User
from irmacall.web.ports import PassOn
from tests.core.leader import NEAR
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.house import House
from tests.service.office import SEAT, Office

TEXT, BOS_SEAT = "Bezwaar tegen een boete", seat_of(BO)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A daemon that leads; Bo is an official."""
    async with House().leads() as house:
        house.people.has(
            User(ELS, "els", "Els Smit", Role.AGENT, phone_of(ELS), "", disabled=False),
            User(BO, "bo", "Bo Bakker", Role.OFFICIAL, phone_of(BO), "", disabled=False),
        )
        office = Office(house)
        office.places[BO] = Place(phone_of(BO), serves=False)
        yield office


async def _rings_at_bo(office: Office, call: CallId) -> None:
    """Bo's phone rings for this call."""
    leg = leg_channel(call, 2)
    await office.house.node.asked.until(lambda asked: isinstance(asked, CreateLeg) and asked.channel == leg)
    await office.house.happens(PhoneCalled(NEAR, phone_of(BO), leg), LegEntered(NEAR, leg))


async def _answers(office: Office, call: CallId) -> None:
    """Bo answers, and talks with Els; the caller hears music."""
    first, second, bridge = leg_channel(call, 1), leg_channel(call, 2), talk_bridge(call)
    await office.house.happens(
        BridgeLeft(NEAR, bridge, ChannelId(call), frozenset({first})),
        LegAnswered(NEAR, second),
        BridgeEntered(NEAR, bridge, second, frozenset({first, second})),
    )


async def _has_her(office: Office, call: CallId) -> Grant:
    """Els is gone from the bridge, and the caller is back in it; Bo's grant."""
    first, second, bridge = leg_channel(call, 1), leg_channel(call, 2), talk_bridge(call)
    await office.house.happens(
        BridgeLeft(NEAR, bridge, first, frozenset({second})),
        BridgeEntered(NEAR, bridge, ChannelId(call), frozenset({second, ChannelId(call)})),
    )
    grants = office.house.term.grants
    await office.house.eventually(lambda: bool(grants.held()))
    [held] = grants.held()
    assert (held.seat, held.user) == (BOS_SEAT, BO)
    return held


async def test_who_has_no_seat_and_gets_a_caller_is_told_so(office: Office) -> None:
    """While it rings for him, and no longer once he has made himself available there."""
    call, _ = await office.house.talks()
    assert (await office.panel(BOS_SEAT, BO)).reason is None
    await office.house.happens(PhoneRegistered(NEAR, phone_of(BO), online=True))
    await office.staff.pass_on(SEAT, ELS, call, PassOn(user=BO))
    await _rings_at_bo(office, call)
    panel = await office.panel(BOS_SEAT, BO)
    assert (panel.availability, panel.reason, panel.ringing) == ("away", "on-the-line", None)
    await office.staff.claim(BO, BOS_SEAT)
    panel = await office.panel(BOS_SEAT, BO)
    assert panel.reason != "on-the-line"
    assert panel.ringing is not None


async def test_a_caller_who_is_consulted_about_and_passed_on_with_a_note(office: Office) -> None:
    """Els alone sees her until Bo has her, and Bo alone from then on; the note is gone with the call."""
    house, staff = office.house, office.staff
    call, grant = await house.talks()
    await house.comes(BO)
    await staff.claim(BO, BOS_SEAT)
    await staff.pass_on(SEAT, ELS, call, PassOn(user=BO, consult=True, note=TEXT))
    await _rings_at_bo(office, call)
    bos = await office.panel(BOS_SEAT, BO)
    assert bos.ringing is not None
    assert (bos.ringing.passed_by, bos.ringing.consult, bos.ringing.subject, bos.talking) == (
        "Els Smit",
        True,
        None,
        None,
    )
    els = await office.panel()
    assert els.talking is not None
    assert els.talking.consult is not None
    assert (els.talking.consult.state, els.talking.consult.name) == ("ringing", "Bo Bakker")

    await _answers(office, call)
    bos = await office.panel(BOS_SEAT, BO)
    assert bos.ringing is None
    assert bos.talking is not None
    assert (bos.talking.consulted_by, bos.talking.grant, bos.talking.identified) == ("Els Smit", None, False)
    assert (await staff.reveal(SEAT, ELS, call, grant)).familyname == "Vries1"

    await staff.act(SEAT, call, "complete")
    with pytest.raises(Refused):
        await staff.reveal(SEAT, ELS, call, grant)
    held = await _has_her(office, call)
    card = await staff.reveal(BOS_SEAT, BO, call, held.grant)
    assert (card.familyname, card.note, card.note_by, card.identified) == ("Vries1", TEXT, "Els Smit", True)
    bos = await office.panel(BOS_SEAT, BO)
    assert bos.talking is not None
    assert (bos.talking.passed_by, bos.talking.passed_by_user, bos.talking.grant) == ("Els Smit", ELS, held.grant)
    assert (await office.panel()).talking is None
    await _ends(office, call)


async def _ends(office: Office, call: CallId) -> None:
    """The caller hangs up: nothing of hers is in the vault, and all of it stands in the audit log."""
    house = office.house
    [note] = {name for method, names in house.vault.called.all if method == "seal" for name in names} - {
        SealedId("sealed1")
    }
    await house.hangs_up(call)
    burned = house.vault.called.until
    await burned(lambda called: called[0] == "burn" and note in called[1])
    assert not await house.vault.holds(note)
    assert not await house.vault.holds(SealedId("sealed1"))
    await house.audit_log.lines.until(lambda line: line.kind is AuditKind.WITHDRAWN and line.who == BO)
    lines = [line for line in house.audit_log.lines.all if line.call == call]
    seen = [(line.kind, line.who) for line in lines if line.kind in (AuditKind.GRANTED, AuditKind.WITHDRAWN)]
    assert seen == [
        (AuditKind.GRANTED, ELS),
        (AuditKind.WITHDRAWN, ELS),
        (AuditKind.GRANTED, BO),
        (AuditKind.WITHDRAWN, BO),
    ]
    assert [line.who for line in lines if line.kind is AuditKind.REVEAL] == [ELS, BO]
    assert TEXT not in str(house.audit_log.lines.all)


async def test_a_note_about_somebody_unknown_is_a_card_of_its_own(office: Office) -> None:
    """Bo reads it, and who wrote it, though nobody knows who calls."""
    house, staff = office.house, office.staff
    call, _ = await house.talks()
    await house.happens(ErasureAsked(PageId("page1")))
    await house.comes(BO)
    await staff.claim(BO, BOS_SEAT)
    await staff.pass_on(SEAT, ELS, call, PassOn(user=BO, consult=True, note=TEXT))
    await _rings_at_bo(office, call)
    await _answers(office, call)
    await staff.act(SEAT, call, "complete")
    held = await _has_her(office, call)
    card = await staff.reveal(BOS_SEAT, BO, call, held.grant)
    assert (card.identified, card.familyname, card.note, card.note_by) == (False, "", TEXT, "Els Smit")
    bos = await office.panel(BOS_SEAT, BO)
    assert bos.talking is not None
    assert (bos.talking.identified, bos.talking.grant) == (False, held.grant)
