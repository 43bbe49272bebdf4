"""What is not wrong in a site file, and yet leaves callers unheard or unanswered: told when it is taken into use."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Final

import structlog

from irmacall.ari.opening import version
from irmacall.ari.pool import Pool
from irmacall.ari.requests import SOUNDS
from irmacall.ari.sounds import sounds_of
from irmacall.core.ids import LanguageId
from irmacall.errors import PeerError
from irmacall.prompts.catalogue import shipped
from irmacall.service.outside import uncalled_in_words
from irmacall.settings import NodeSettings, Settings
from irmacall.store.users import Role, User

log = structlog.get_logger("irmacall.caveats")

SECONDS: Final = 5.0
"""That a node is given to say what sounds it has."""
SOON: Final = 2.0
"""The same, where somebody waits for the answer in an emergency."""
_LISTED: Final = 12

MENDED: Final = {22: 11, 23: 5}
"""By Asterisk's series, from which release on a REFER with `Refer-Sub: false` no longer ends it (its issue 2021)."""

Everybody = Callable[[], Awaitable[Collection[User]]]


class Caveats:
    """Looks at what a site file leaves undone. `everybody`: all users there are."""

    def __init__(self, everybody: Everybody) -> None:
        self._everybody = everybody

    async def about(self, settings: Settings) -> tuple[str, ...]:
        """A line for each, for the one who wrote the file. What cannot be judged is a line too."""
        staff, *nodes = await asyncio.gather(
            self._staff(settings),
            *(_of_node(settings, node) for node in settings.nodes),
        )
        found = (*staff, *(line for lines in nodes for line in lines), _uncalled(settings))
        return tuple(line for line in found if line)

    async def _staff(self, settings: Settings) -> tuple[str, ...]:
        try:
            everybody = await self._everybody()
        except PeerError as error:
            return (f"not known who is in no group: {error}",)
        people = {who.extension: who.login for who in everybody if who.extension is not None and not who.disabled}
        return groupless(settings, everybody), *shared(settings, people)


def groupless(settings: Settings, users: Iterable[User]) -> str:
    """Names the agents who serve no queue, in a site with groups; empty where there are none."""
    [desk] = settings.desks
    known = {group.id for group in desk.groups}
    idle = [user.login for user in users if _answers(user) and known and not user.groups & known]
    if not idle:
        return ""
    return f"in no group, and so without a queue: {_listed(idle)} (`irmacall user groups LOGIN GROUP…`)"


def shared(settings: Settings, people: Mapping[str, str]) -> tuple[str, ...]:
    """A line for each queue whose extension somebody has too. `people`: extension → login."""
    return tuple(
        f"extension {queue.extension} is of queue {queue.title} and of {people[queue.extension]}: "
        f"it reaches {people[queue.extension]} alone; give one of them another"
        for desk in settings.desks
        for queue in desk.queues
        if queue.extension is not None and queue.extension in people
    )


def _uncalled(settings: Settings) -> str:
    words = uncalled_in_words(settings)
    return f"desk.transfer.outside: {words}" if words else ""


def _answers(user: User) -> bool:
    return user.role is Role.AGENT and user.endpoint is not None and not user.disabled


async def _of_node(settings: Settings, node: NodeSettings) -> tuple[str, ...]:
    return await _unheard(settings, node), await _fragile(settings, node)


async def _unheard(settings: Settings, node: NodeSettings) -> str:
    try:
        missing = await lacking(settings, node)
    except PeerError as error:
        return f"not known what sounds {node.name} has: {error}"
    return f"{node.name} {without(missing)}" if missing else ""


async def warn(settings: Settings) -> None:
    """Note in the log which nodes a phone can end. For a daemon that begins."""
    for node in settings.nodes:
        words = await _fragile(settings, node)
        if words:
            log.warning(words, action="caveats.refer", node=node.name)


async def _fragile(settings: Settings, node: NodeSettings) -> str:
    if not node.phone_transfers:
        return ""
    try:
        asterisk = await version_of(settings, node)
    except PeerError as error:
        return f"not known whether a phone can end {node.name} (phone_transfers): {error}"
    return "" if bears_refers(asterisk) else f"{node.name}: {endangered(asterisk)}"


async def version_of(settings: Settings, node: NodeSettings) -> str:
    """What the node's Asterisk calls itself. Raises PeerError, PeerUnavailable."""
    password = settings.credentials.text(node.ari_credential)
    async with Pool(node.ari, node.ari_user, password, 1, SECONDS) as pool:
        return await version(pool)


def bears_refers(asterisk: str) -> bool:
    """Whether phones may ask this Asterisk for transfers, whatever they write into a REFER."""
    found = re.match(r"([0-9]+)\.([0-9]+)", asterisk)
    if found is None:
        return False
    series, release = int(found[1]), int(found[2])
    return release >= MENDED[series] if series in MENDED else series > max(MENDED)


def endangered(asterisk: str) -> str:
    """In words: what a phone can do to it, and what helps."""
    return (
        f"phone_transfers is on, and one REFER with `Refer-Sub: false` ends Asterisk {asterisk} and every call on "
        "it: install 22.11 or newer, or take that header out where SIP comes in, or switch it off and pass callers "
        "on from the screen"
    )


async def silent(settings: Settings) -> Mapping[str, str]:
    """By sound, a node that lacks it in a language in which desks speak. A node that cannot be asked has all."""
    spoken = {language for desk in settings.desks for language in desk.spoken}
    asked = (lacking(settings, node, SOON) for node in settings.nodes)
    found: dict[str, str] = {}
    for node, missing in zip(settings.nodes, await asyncio.gather(*asked, return_exceptions=True), strict=True):
        if isinstance(missing, PeerError):
            log.warning("not known what sounds it has", node=node.name, error=str(missing))
        elif isinstance(missing, BaseException):
            raise missing
        else:
            pairs = (each.split("/", 1) for each in missing)
            found |= {name: node.name for language, name in pairs if language in spoken}
    return found


async def lacking(settings: Settings, node: NodeSettings, seconds: float = SECONDS) -> list[str]:
    """The sounds that callers of this node would not hear, as "nl/closed". Raises PeerError, PeerUnavailable."""
    password = settings.credentials.text(node.ari_credential)
    missing: list[str] = []
    async with Pool(node.ari, node.ari_user, password, 1, seconds) as pool:
        for language, names in sorted(wanted(settings, node).items(), reverse=True):
            there = await sounds_of(pool, language)
            missing += (f"{language}/{name}" for name in sorted(names) if f"{SOUNDS}/{name}" not in there)
    return missing


def without(missing: Collection[str]) -> str:
    """In words: what it is that a node has not, and what helps."""
    return f"has no sound of {_listed(list(missing))}: `irmacall prompts make` makes them (docs/prompts.md)"


def wanted(settings: Settings, node: NodeSettings) -> Mapping[LanguageId, frozenset[str]]:
    """What a node must be able to say, by language: the shipped texts, and the site's own."""
    languages = {LanguageId(node.language), *(LanguageId(each) for desk in settings.desks for each in desk.spoken)}
    sounds = [sound for desk in settings.desks for sound in desk.sounds]
    return {
        language: frozenset(shipped(language)) | {each.id for each in sounds if each.text(language) is not None}
        for language in languages
    }


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"
