"""What no key can tell alone: whether the parts of a site fit together, and whether they are safe together.

Each check gets a part that is complete, and notes what is wrong. None raises, and none opens a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from irmacall.settings.addresses import is_loopback
from irmacall.settings.desks import DeskSettings, SubjectSettings, is_demo_scheme
from irmacall.settings.nodes import NodeSettings, OutboundSettings, TrunkSettings
from irmacall.settings.reading import Problems
from irmacall.settings.servers import IrmaSettings, PublicSettings, StaffSettings, StoreSettings
from irmacall.settings.sounds import SoundSettings
from irmacall.settings.values import Address

_FEWEST_PORTS = 100
"""RTP ports that a node needs at the least: two for each of some fifty channels."""


def check_desks(desks: Mapping[str, DeskSettings], demo: bool, problems: Problems) -> None:
    """Every desk by itself, by where it stands; and that no two are reached by the same number."""
    _unlike((f"{where}.id", desk.id) for where, desk in desks.items()).into(problems)
    for where, desk in desks.items():
        _check_desk(desk, where, demo, problems)
    numbers = ((f"{where}.extensions", number) for where, desk in desks.items() for number in desk.dialled)
    _unlike(numbers).into(problems)
    _one_text(desks, problems)


def _one_text(desks: Mapping[str, DeskSettings], problems: Problems) -> None:
    """Desks share the nodes, and these have one sound file of a name."""
    first: dict[str, tuple[str, SoundSettings]] = {}
    for where, desk in desks.items():
        for at, sound in enumerate(desk.sounds, 1):
            other, like = first.setdefault(sound.id, (where, sound))
            if other != where and sound.contradicts(like):
                wanted = f"the same text as that of {other}, or a sound of another id: desks share sound files"
                problems.wrong(f"{where}.sound[{at}].id", sound.id, wanted)


def check_callbacks(desks: Mapping[str, DeskSettings], nodes: Iterable[NodeSettings], problems: Problems) -> None:
    """Whether a call to who asked for it can leave at all."""
    if any(trunk.outbound.host for node in nodes for trunk in node.trunks):
        return
    for where, desk in desks.items():
        for at, queue in enumerate(desk.queues, 1):
            if queue.callback:
                wanted = "false, as long as no [[node.trunk]] has an outbound.host by which we can call"
                problems.wrong(f"{where}.queue[{at}].callback", True, wanted)


def _check_desk(desk: DeskSettings, where: str, demo: bool, problems: Problems) -> None:
    named: Mapping[str, Iterable[Any]] = {
        "queue": desk.queues,
        "subject": desk.subjects,
        "schedule": desk.schedules,
        "language": desk.languages,
        "sound": desk.sounds,
        "menu": desk.menus,
        "group": desk.groups,
    }
    for kind, tables in named.items():
        _unlike((f"{where}.{kind}[{at}].id", each.id) for at, each in enumerate(tables, 1)).into(problems)
    _extensions(desk, where).into(problems)
    if desk.times.code > desk.times.identity:
        problems.wrong(f"{where}.times.code", desk.times.code, f"at most times.identity ({desk.times.identity:g})")
    if desk.callback.interval > desk.callback.span:
        wanted = f"at most callback.span ({desk.callback.span:g}): after that nobody is called any more"
        problems.wrong(f"{where}.callback.interval", desk.callback.interval, wanted)
    for scheme in desk.schemes:
        if is_demo_scheme(scheme) and not demo:
            wanted = "no demo scheme, of which anybody can make credentials, unless site.demo is true"
            problems.wrong(f"{where}.schemes", scheme, wanted)
    if desk.sms.url is not None:
        _must_be_private(f"{where}.sms.url", desk.sms.url, "https", problems)
    if desk.crm.webhook is not None:
        _must_be_private(f"{where}.crm.webhook", desk.crm.webhook, "https", problems)
    for at, subject in enumerate(desk.subjects, 1):
        _check_subject(subject, desk, f"{where}.subject[{at}]", problems)


def _extensions(desk: DeskSettings, where: str) -> _Twins:
    named = ((f"{where}.queue[{at}].extension", queue.extension) for at, queue in enumerate(desk.queues, 1))
    return _unlike((at, extension) for at, extension in named if extension is not None)


def _check_subject(subject: SubjectSettings, desk: DeskSettings, where: str, problems: Problems) -> None:
    at = f"{where}.attributes"
    _unlike((f"{at}[{number}].id", each.id) for number, each in enumerate(subject.attributes, 1)).into(problems)
    fields = (
        (f"{at}[{number}].field", f"{each.field} of {each.credential}")
        for number, each in enumerate(subject.attributes, 1)
    )
    _unlike(fields).into(problems)
    for number, attribute in enumerate(subject.attributes, 1):
        if attribute.scheme not in desk.schemes:
            wanted = f"of a scheme in the desk's schemes: {_words(desk.schemes)}"
            problems.wrong(f"{at}[{number}].id", attribute.id, wanted)
    if (subject.title_en is None) != (subject.explanation_en is None):
        missing = "title_en" if subject.title_en is None else "explanation_en"
        wanted = "is missing: should be there, or not its fellow: a subject is in English as a whole, or not at all"
        problems.note(f"{where}.{missing}", wanted)
    _check_more(subject, f"{where}.more", problems)


def _check_more(subject: SubjectSettings, at: str, problems: Problems) -> None:
    """What may be asked besides comes in one with what the subject asks, and under a field of its own."""
    credentials = {each.credential for each in subject.attributes}
    ids, asked = {each.id for each in subject.attributes}, {each.field for each in subject.attributes}
    _unlike((f"{at}[{number}].field", each.field) for number, each in enumerate(subject.more, 1)).into(problems)
    for number, each in enumerate(subject.more, 1):
        if each.credential not in credentials:
            wanted = f"an attribute of a credential that the subject asks: {_words(credentials)}"
            problems.wrong(f"{at}[{number}].id", each.id, wanted)
        if each.id in ids:
            problems.wrong(f"{at}[{number}].id", each.id, "an attribute that the subject does not ask anyhow")
        if each.field in asked:
            problems.wrong(f"{at}[{number}].field", each.field, "a field that the subject has not got anyhow")


def check_nodes(nodes: Iterable[NodeSettings], problems: Problems) -> None:
    """Every node by itself, and that no two are one."""
    nodes = list(nodes)
    _unlike((f"node[{at}].name", node.name) for at, node in enumerate(nodes, 1)).into(problems)
    _unlike((f"node[{at}].ari", node.ari) for at, node in enumerate(nodes, 1)).into(problems)
    _unlike((f"node[{at}].ami", str(node.ami)) for at, node in enumerate(nodes, 1)).into(problems)
    for at, node in enumerate(nodes, 1):
        _check_node(node, f"node[{at}]", problems)


def _check_node(node: NodeSettings, where: str, problems: Problems) -> None:
    _must_be_private(f"{where}.ari", node.ari, "https", problems)
    if not is_loopback(node.ami.host):
        wanted = "on this machine (127.…): AMI has no TLS here; run the watchdog beside its node"
        problems.wrong(f"{where}.ami", str(node.ami), wanted)
    if node.rtp_last - node.rtp_first < _FEWEST_PORTS:
        wanted = f"at least {_FEWEST_PORTS} above rtp_first ({node.rtp_first})"
        problems.wrong(f"{where}.rtp_last", node.rtp_last, wanted)
    if (node.sip_tls_cert is None) != (node.sip_tls_key is None):
        missing = "sip_tls_key" if node.sip_tls_key is None else "sip_tls_cert"
        problems.note(f"{where}.{missing}", "is missing: should be a path, since the other of the two is there")
    _unlike((f"{where}.trunk[{at}].name", trunk.name) for at, trunk in enumerate(node.trunks, 1)).into(problems)
    for at, trunk in enumerate(node.trunks, 1):
        _check_trunk(trunk, f"{where}.trunk[{at}]", problems)


def _check_trunk(trunk: TrunkSettings, where: str, problems: Problems) -> None:
    if not trunk.addresses and not trunk.password:
        problems.note(where, "should have addresses, or password = true: else nobody or everybody is this line")
    for each in trunk.addresses:
        if each.prefixlen == 0:
            problems.wrong(f"{where}.addresses", str(each), "addresses that nothing but this line has, never all")
    _check_outbound(trunk.outbound, f"{where}.outbound", problems)


def _check_outbound(outbound: OutboundSettings, where: str, problems: Problems) -> None:
    if outbound.host is None and outbound != OutboundSettings():
        problems.note(f"{where}.host", "is missing: should be the host that takes the calls, or leave out the table")
    if outbound.host is not None and outbound.caller_id is None:
        problems.note(f"{where}.caller_id", "is missing: should be the number that those who are called back see")


def check_store(store: StoreSettings, problems: Problems) -> None:
    """Two redis roles, never one; or neither."""
    if (store.desk == "memory://") != (store.vault == "memory://"):
        wanted = "memory:// along with store.desk, or a redis each: the fence of one must bind the other"
        problems.wrong("store.vault", store.vault, wanted)
    elif store.desk != "memory://" and _server(store.desk) == _server(store.vault):
        wanted = "another redis server than store.desk: one must keep all on disk, the other nothing"
        problems.wrong("store.vault", store.vault, wanted)
    for where, url in (("store.desk", store.desk), ("store.vault", store.vault)):
        if url.startswith("redis"):
            _must_be_private(where, url, "rediss", problems)
    if store.timeout * 2 > store.lease:
        wanted = f"at most half of store.lease ({store.lease:g}): a lease must outlive an answer that is lost"
        problems.wrong("store.timeout", store.timeout, wanted)


def check_irma(irma: IrmaSettings, demo: bool, problems: Problems) -> None:
    """The requestors' side is ours alone, and the apps' side is safe."""
    _must_be_private("irma.url", irma.url, "https", problems)
    if irma.client_url.startswith("http://") and not demo:
        problems.wrong("irma.client_url", irma.client_url, "an https:// address, unless site.demo is true")
    if _server(irma.url) == _server(irma.client_url):
        wanted = "another port than irma.url: requestors and apps never share one"
        problems.wrong("irma.client_url", irma.client_url, wanted)


def check_web(public: PublicSettings, staff: StaffSettings, problems: Problems) -> None:
    """Two listeners and two hosts: browsers give a cookie to every port of a host."""
    if urlsplit(public.origin).hostname == urlsplit(staff.origin).hostname:
        problems.wrong("staff.origin", staff.origin, "of another host than public.origin: cookies do not know ports")
    if _collide(public.listen, staff.listen):
        wanted = f"another address or port than public.listen ({public.listen})"
        problems.wrong("staff.listen", str(staff.listen), wanted)


class _Twins:
    """Values that stand twice, with where the second one stands."""

    def __init__(self, found: list[tuple[str, str, str]]) -> None:
        self._found = found

    def into(self, problems: Problems) -> None:
        for where, value, first in self._found:
            problems.wrong(where, value, f"one of its own: {first} has it already")


def _unlike(named: Iterator[tuple[str, str]]) -> _Twins:
    seen: dict[str, str] = {}
    twins = []
    for where, value in named:
        first = seen.setdefault(value, where)
        if first != where:
            twins.append((where, value, first))
    return _Twins(twins)


def _must_be_private(where: str, url: str, safe: str, problems: Problems) -> None:
    parts = urlsplit(url)
    if parts.scheme != safe and not is_loopback(parts.hostname or ""):
        problems.wrong(where, url, f"a {safe}:// address, since it leaves this machine")


def _server(url: str) -> tuple[str, int | str | None]:
    """Which server an address is of, whatever else it says. All of a machine's own names are one."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return ("unix", parts.path)
    host = "127.0.0.1" if parts.hostname in ("localhost", "::1") else parts.hostname or ""
    standard = {"redis": 6379, "rediss": 6379, "http": 80, "https": 443}
    return (host, parts.port or standard[parts.scheme])


def _collide(one: Address, other: Address) -> bool:
    everywhere = {"0.0.0.0", "::"}
    return one.port == other.port and (one.host == other.host or bool({one.host, other.host} & everywhere))


def _words(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
