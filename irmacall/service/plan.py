"""The site's settings, in the words of each room that needs some of them."""

from __future__ import annotations

import hashlib
import hmac
import math
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
from irmacall.service.citizen import Further, Subject
from irmacall.service.strain import NodeLimits
from irmacall.settings import DeskSettings, NodeSettings, Settings, TransferSettings
from irmacall.settings.desks import AttributeSettings, SubjectSettings, TimesSettings
from irmacall.store import forms
from irmacall.store.desk import DeskStore
from irmacall.store.vault import Vault
from irmacall.web.citizen_ports import SubjectView
from irmacall.web.config import WebConfig
from irmacall.web.entrance import Limits


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
        break_glass=desk.break_glass,
    )


def _times(times: TimesSettings) -> Times:
    return Times(
        first_digit=times.first_digit,
        next_digit=times.next_digit,
        choice=times.choice,
        prompt=times.prompt,
        code=times.code,
        identity=times.identity,
        dropped=times.dropped,
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
        labels={
            asked.field: asked.label for subject in desk.subjects for asked in (*subject.attributes, *subject.more)
        },
        crm_url=desk.crm_url,
    )


def subjects(desk: DeskSettings, demo: bool) -> list[Subject]:
    """What citizens can call about, and what each asks of them."""
    return [
        Subject(_view(subject), _question(desk, subject, demo), _more(desk, subject, demo))
        for subject in desk.subjects
    ]


def _more(desk: DeskSettings, subject: SubjectSettings, demo: bool) -> dict[str, Further]:
    return {
        each.field: Further(each.label, _view(subject, each), _question(desk, subject, demo, each))
        for each in subject.more
    }


def _view(subject: SubjectSettings, *more: AttributeSettings) -> SubjectView:
    name, asked = SubjectId(subject.id), (*subject.attributes, *more)
    shares = tuple(dict.fromkeys(each.label for each in asked))
    english = None
    if subject.title_en is not None and subject.explanation_en is not None:
        labels = tuple(dict.fromkeys(each.label_en or each.label for each in asked))
        english = SubjectView(name, subject.title_en, labels, subject.explanation_en, "en")
    return SubjectView(name, subject.title, shares, subject.explanation, translated=(english,) if english else ())


def _question(
    desk: DeskSettings, subject: SubjectSettings, demo: bool, more: AttributeSettings | None = None
) -> Question:
    """Each credential that the subject names is a way of its own to answer; with `more`, that one's alone is."""
    ways: dict[str, list[Wanted]] = defaultdict(list)
    for asked in subject.attributes if more is None else (*subject.attributes, more):
        if more is not None and asked.credential != more.credential:
            continue
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
        break_glass=desk.break_glass,
        dropped_minutes=math.ceil(desk.times.dropped / 60),
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
        break_glass=desk.break_glass,
        crm_origin=desk.crm.origin,
        allow=settings.staff.allow,
    )
