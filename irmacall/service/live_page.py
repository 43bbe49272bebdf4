"""What a citizen's page tells beside how her call goes: who may see her data, who saw them, and two words to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from irmacall.core.citizen_views import CitizenStage, PageView
from irmacall.core.ids import UserId
from irmacall.core.sight import Sight
from irmacall.service.directory import Directory
from irmacall.service.two_words import Pairs
from irmacall.store.users import User
from irmacall.web.citizen_ports import LiveView, SightView

WITH_WORDS = frozenset({CitizenStage.SEALED, CitizenStage.IN_CALL, CitizenStage.WAITING, CitizenStage.TALKING})


class LivePage:
    """Tells functions in the place of accounts, as they are at the moment of showing, and never a name."""

    def __init__(self, directory: Directory, pairs: Pairs, labels: Callable[[], Mapping[str, str]]) -> None:
        """`labels`: what a citizen calls each field, by the site file in force."""
        self._directory = directory
        self._pairs = pairs
        self._labels = labels

    async def of(self, seen: PageView) -> LiveView:
        """What this page tells. Whom the users' file does not know is just somebody of the municipality."""
        people = await self._directory.known(sight.user for sight in (*seen.seers, *seen.sights))
        words = self._pairs.of(seen.sealed) if seen.sealed is not None and seen.stage in WITH_WORDS else None
        return LiveView(
            position=seen.position,
            wait=seen.expected_wait,
            seers=_shown(seen.seers, people),
            sights=_shown(seen.sights, people),
            more=None if seen.more is None else self._labels().get(seen.more),
            words=None if words is None else (words.staff, words.citizen),
            doubt=None if seen.doubt is None else seen.doubt.value,
        )


def _shown(sights: Iterable[Sight], people: Mapping[UserId, User]) -> list[SightView]:
    return [_one(sight, people.get(sight.user)) for sight in sights]


def _one(sight: Sight, user: User | None) -> SightView:
    function, department = ("", "") if user is None else (user.function, user.department)
    return SightView(function, department, sight.since, sight.until, by_glass=sight.by_glass)
