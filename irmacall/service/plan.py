"""The site's settings, in the words of each room that needs some of them."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable

from irmacall.ari.client import NodeSettings as AriSettings
from irmacall.ari.outgoing import Outgoing, OutgoingLine
from irmacall.core.code import Digits
from irmacall.core.ids import CodeHash, DeskId, LanguageId, NodeName, QueueId, SubjectId
from irmacall.core.plan import Plan, Times, TransferRules
from irmacall.irma.question import AttributeId, Question, Wanted
from irmacall.service import exchange
from irmacall.service.call_on_screen import Titles
from irmacall.service.callbacks import NumberOf
from irmacall.service.citizen import Subject
from irmacall.service.strain import NodeLimits
from irmacall.settings import DeskSettings, NodeSettings, Settings, TransferSettings
from irmacall.settings.desks import SubjectSettings, TimesSettings
from irmacall.store import forms
from irmacall.store.desk import DeskStore
from irmacall.store.vault import Vault
from irmacall.web.config import WebConfig
from irmacall.web.entrance import Limits
from irmacall.web.ports import SubjectView


def code_hash(key: bytes) -> Callable[[Digits], CodeHash]:
    """The desk's keyed hash of codes: a stolen record opens nothing, and cannot be guessed through."""

    def hashed(digits: Digits) -> CodeHash:
        return CodeHash(hmac.new(key, digits.plain().encode(), hashlib.sha256).hexdigest())

    return hashed


def core_plan(desk: DeskSettings, hashed: Callable[[Digits], CodeHash]) -> Plan:
    """What the core must know of the site."""
    return Plan(
        desk=DeskId(desk.id),
        default_queue=QueueId(desk.default_queue),
        hash_code=hashed,
        queues=exchange.queues(desk),
        subject_queues={SubjectId(subject.id): QueueId(subject.queue) for subject in desk.subjects},
        times=_times(desk.times),
        code_tries=desk.code_tries,
        start=exchange.start(desk),
        menus=exchange.menus(desk),
        groups=exchange.groups(desk),
        languages=exchange.languages(desk),
        language=LanguageId(desk.spoken[0]),
        timezone=desk.timezone,
        hours=exchange.hours(desk),
        callbacks=exchange.callbacks(desk),
        transfers=_transfers(desk.transfer),
        closed=exchange.closed(desk),
    )


def _times(times: TimesSettings) -> Times:
    return Times(
        first_digit=times.first_digit,
        next_digit=times.next_digit,
        choice=times.choice,
        prompt=times.prompt,
        code=times.code,
        identity=times.identity,
    )


def _transfers(said: TransferSettings) -> TransferRules:
    return TransferRules(
        ring=said.ring,
        hang_up_completes=said.hangup_completes,
        star_codes=said.star_codes,
        outside=bool(said.outside),
    )


def titles(desk: DeskSettings) -> Titles:
    """What things are called on the agent's screen."""
    return Titles(
        queues={QueueId(queue.id): queue.title for queue in desk.queues},
        subjects={SubjectId(subject.id): subject.title for subject in desk.subjects},
        labels={asked.field: asked.label for subject in desk.subjects for asked in subject.attributes},
        crm_url=desk.crm_url,
    )


def subjects(desk: DeskSettings, demo: bool) -> list[Subject]:
    """What citizens can call about, and what each asks of them."""
    return [Subject(_view(subject), _question(desk, subject, demo)) for subject in desk.subjects]


def _view(subject: SubjectSettings) -> SubjectView:
    shares = tuple(dict.fromkeys(asked.label for asked in subject.attributes))
    return SubjectView(SubjectId(subject.id), subject.title, shares, subject.explanation)


def _question(desk: DeskSettings, subject: SubjectSettings, demo: bool) -> Question:
    """Each credential that the subject names is a way of its own to answer."""
    ways: dict[str, list[Wanted]] = defaultdict(list)
    for asked in subject.attributes:
        ways[asked.credential].append(Wanted(AttributeId(asked.id), asked.field))
    return Question(tuple(tuple(way) for way in ways.values()), frozenset(desk.schemes), demo)


def ari(node: NodeSettings, desk: DeskSettings, settings: Settings) -> AriSettings:
    """How this desk reaches one node."""
    password = settings.credentials.text(node.ari_credential)
    return AriSettings(NodeName(node.name), DeskId(desk.id), node.ari, node.ari_user, password)


def outgoing(node: NodeSettings, number_of: NumberOf) -> Outgoing:
    """The lines of this node by which we may call, and who knows the numbers."""
    lines = (OutgoingLine(trunk.name, trunk.outbound.prefixes) for trunk in node.trunks if trunk.outbound.host)
    return Outgoing(tuple(lines), number_of)


def node_limits(settings: Settings) -> NodeLimits:
    """What a node may bear."""
    overload = settings.overload
    return NodeLimits(overload.calls or None, overload.cpu or None, overload.lag or None)


def desk_store(settings: Settings) -> DeskStore:
    """Where the desk's records are saved."""
    store, secret = settings.store, settings.credentials
    return forms.desk_store(
        store.desk,
        secret.key("vault-key"),
        password=secret.get("redis-desk"),
        timeout=store.timeout,
        ca_file=store.ca_file,
    )


def vault(settings: Settings) -> Vault:
    """Where identities lie sealed."""
    store, secret = settings.store, settings.credentials
    return forms.vault(
        store.vault,
        secret.key("vault-key"),
        password=secret.get("redis-vault"),
        timeout=store.timeout,
        ca_file=store.ca_file,
    )


def public_web(settings: Settings, desk: DeskSettings) -> WebConfig:
    """The citizens' app."""
    return WebConfig(
        origin=settings.public.origin,
        municipality=desk.title,
        timezone=desk.timezone,
        irma_origins=(settings.irma.client_origin,),
        privacy_contact=desk.privacy_contact,
        privacy_url=desk.privacy_url,
        demo=settings.demo,
        begins_per_minute=settings.public.begins_per_minute,
        streams=settings.public.connections // 2,
        streams_per_address=settings.public.streams_per_address,
        allow=settings.public.allow,
    )


def public_limits(settings: Settings) -> Limits:
    """The public's connections: room for the pages that an address follows live, and for what they fetch besides."""
    return Limits(settings.public.connections, 4 * settings.public.streams_per_address)


def staff_limits(settings: Settings) -> Limits:
    """The staff's: a whole office may come from one address, but one that is overrun leaves room for three others."""
    return Limits(settings.staff.connections, settings.staff.connections // 4)


def staff_web(settings: Settings, desk: DeskSettings) -> WebConfig:
    """The staff's app."""
    return WebConfig(
        origin=settings.staff.origin,
        municipality=desk.title,
        timezone=desk.timezone,
        demo=settings.demo,
        pause_reasons=desk.pause_reasons,
        logins_per_minute=settings.staff.logins_per_minute,
        allow=settings.staff.allow,
    )
