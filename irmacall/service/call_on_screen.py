"""A call as one seat shows it: the desk's view of it, with the names that people know."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from irmacall.core.call import Call, Stage
from irmacall.core.ids import GrantNumber, QueueId, SubjectId, UserId
from irmacall.core.sight import Look
from irmacall.core.transfer import Asked
from irmacall.core.views import CallView, ConsultView, Part
from irmacall.web.clocks import clock
from irmacall.web.ports import ConsultingView, OnlookerView, ReturnedView, RingingView, TalkingView


@dataclass(frozen=True, slots=True)
class Titles:
    """What queues and subjects are called on a screen, and where the CRM is."""

    queues: Mapping[QueueId, str]
    subjects: Mapping[SubjectId, str]
    labels: Mapping[str, str]
    """Field → label, for what a subject asks beside the name."""
    crm_url: str | None = None
    """A template with {call_id} and {subject}; never anything of the caller's."""


def people(call: Call | None, onlookers: Set[UserId] = frozenset()) -> set[UserId | None]:
    """Colleagues whose names a screen with this call shows; `onlookers`: of management's, at its caller."""
    if call is None:
        return set()
    back = None if call.returned is None else call.returned.user
    return {*onlookers, call.passed_by, back, *(leg.user for leg in call.phones)}


@dataclass(frozen=True, slots=True)
class CallOnScreen:
    """The call of one user's seat at one moment; None: there is none. `names`: of colleagues."""

    call: CallView | None
    user: UserId
    names: Mapping[UserId, str]
    titles: Titles
    now: float
    timezone: str = "Europe/Amsterdam"

    def ringing(self) -> RingingView | None:
        """What rings at this seat."""
        call = self.call
        if call is None:
            return None
        if call.part is Part.CONSULTED:
            return self._asked(call)
        return None if call.stage is Stage.TALKING else self._rings(call)

    def _rings(self, call: CallView) -> RingingView:
        return RingingView(
            call.call,
            self._queue(call.queue),
            self._subject(call),
            call.waited,
            callback=call.callback,
            dialled=call.callback and call.stage in (Stage.DIALLING, Stage.CONNECTING),
            language=call.language,
            passed_by=self._passed_by(call) if call.for_her else None,
            recall=call.recall,
            came_back=call.came_back,
        )

    def _asked(self, call: CallView) -> RingingView | None:
        """To whom is consulted it is the colleague who rings: nothing is told of the caller."""
        consult = call.consult
        if consult is None or consult.state is not Asked.RINGING:
            return None
        rung, by = self._ago(consult.since), self._name(call.owner)
        return RingingView(call.call, "", None, rung, passed_by=by, consult=not consult.blind)

    def talking(self, grant: GrantNumber | None) -> TalkingView | None:
        """Whom this seat has on the line; `grant`: the one with which her card can be asked for."""
        call = self.call
        if call is None or call.stage is not Stage.TALKING or call.talking_since is None:
            return None
        if call.part is Part.CONSULTED:
            return self._consulted(call)
        passed = self._passed_by(call)
        return TalkingView(
            call.call,
            grant,
            call.identified,
            self._ago(call.talking_since if call.joined_at is None else call.joined_at),
            self._queue(call.queue),
            self._subject(call),
            call.callback,
            erased=call.erased,
            language=call.language,
            passed_by=passed,
            passed_by_user=None if passed is None else call.passed_by,
            held=call.held,
            phone_held=call.phone_held,
            muted=call.muted,
            consult=None if call.consult is None else self._consulting(call.consult),
            returned=self._returned(call),
            doubt=None if call.doubt is None else call.doubt.value,
            onlooker=None if call.onlooker is None else self._onlooker(call.onlooker),
            looked=None if call.looked is None else self._looked(call.looked),
        )

    def _onlooker(self, look: Look) -> OnlookerView:
        until = datetime.fromtimestamp(look.until, ZoneInfo(self.timezone)).strftime("%H:%M:%S")
        return OnlookerView(self._name(look.user) or "", until)

    def _looked(self, look: Look) -> OnlookerView:
        return OnlookerView(self._name(look.user) or "", clock(look.since, ZoneInfo(self.timezone)))

    def _consulted(self, call: CallView) -> TalkingView | None:
        """What who is consulted sees: her colleague, and nothing of the caller."""
        consult = call.consult
        if consult is not None and consult.state is Asked.RINGING:
            return None
        return TalkingView(
            call.call,
            None,
            identified=False,
            seconds=0.0 if consult is None else self._ago(consult.since),
            consulted_by=self._name(call.owner) or "",
            together=consult is not None and consult.state is Asked.TOGETHER,
        )

    def _consulting(self, consult: ConsultView) -> ConsultingView:
        name, seconds = self._name(consult.user), self._ago(consult.since)
        return ConsultingView(consult.state.value, name, seconds, by_phone=consult.by_phone, blind=consult.blind)

    def _returned(self, call: CallView) -> ReturnedView | None:
        back = call.returned
        return None if back is None else ReturnedView(back.why.value, self._name(back.user), back.stayed)

    def _passed_by(self, call: CallView) -> str | None:
        """Nobody, where she comes back to who passed her on."""
        return None if call.passed_by == self.user else self._name(call.passed_by)

    def _name(self, user: UserId | None) -> str | None:
        return None if user is None else self.names.get(user)

    def _queue(self, queue: QueueId) -> str:
        return self.titles.queues.get(queue, queue)

    def _subject(self, call: CallView) -> str | None:
        return None if call.subject is None else self.titles.subjects.get(call.subject, call.subject)

    def _ago(self, moment: float) -> float:
        return max(0.0, self.now - moment)
