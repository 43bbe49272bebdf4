"""Asterisk's configuration from templates: nothing missing, nothing that a value could smuggle in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import jinja2
import pytest

from irmacall.ops.render import (
    TEMPLATES,
    Account,
    DeskValues,
    Directories,
    Listener,
    NodeValues,
    OutboundValues,
    PhoneValues,
    Tls,
    TrunkValues,
    ha1,
    render_node,
)

NODE = NodeValues(
    name="node1",
    sip=Listener("192.0.2.1", 5060),
    media_host="192.0.2.1",
    rtp_first=10000,
    rtp_last=10999,
    ari=Listener("127.0.0.1", 8088),
    ari_account=Account("irmacall", "ari-secret"),
    ami=Listener("127.0.0.1", 5038),
    ami_account=Account("watchdog", "ami-secret"),
    directories=Directories("/etc/a", "/lib/a", "/usr/share/a", "/var/lib/a", "/run/a", "/var/log/a", "/var/spool/a"),
    desks=(DeskValues("gemeente", ("14020", "0201234567"), ("agent1",)),),
    phones=(PhoneValues("agent1", ha1("agent1", "secret")),),
    trunks=(TrunkValues("provider", match=("192.0.2.9",)), TrunkValues("line", ha1=ha1("line", "secret"))),
)


def read(path: Path) -> str:
    """A file without its comments."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith(";")]
    return "\n".join(lines)


def test_every_template_is_rendered(tmp_path: Path) -> None:
    """Each *.conf.j2 becomes a file that its owner alone can read."""
    wanted = {path.name.removesuffix(".j2") for folder in TEMPLATES for path in folder.glob("*.conf.j2")}
    written = render_node(NODE, tmp_path)
    assert {path.name for path in written} == wanted
    assert {path.name for path in tmp_path.iterdir()} == wanted
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)


def test_no_password_of_a_phone_is_written(tmp_path: Path) -> None:
    """Phones and lines are known by digests only, since ARI shows what stands here."""
    render_node(NODE, tmp_path)
    sip = read(tmp_path / "pjsip.conf")
    assert f"password_digest = MD5:{ha1('agent1', 'secret')}" in sip
    assert "password = " not in sip


def test_ha1_is_that_of_the_rfc() -> None:
    """The digest is the H(A1) of RFC 2617's own example (3.5)."""
    assert ha1("Mufasa", "Circle Of Life", "testrealm@host.com") == "939e7578ed9e3c518a452acee763bce9"


def test_a_trunk_by_address_has_no_password_and_a_trunk_by_password_no_address(tmp_path: Path) -> None:
    """Each line is let in by what it was given, and by nothing else."""
    render_node(NODE, tmp_path)
    sip = read(tmp_path / "pjsip.conf")
    assert "endpoint = provider\nmatch = 192.0.2.9" in sip
    assert "auth = provider" not in sip
    assert "auth = line" in sip
    assert "endpoint = line" not in sip


def test_a_way_out_is_there_where_the_site_gives_one(tmp_path: Path) -> None:
    """A line calls out only where it says so: to one host, with one number, and nobody comes in by it."""
    provider = TrunkValues("provider", ("192.0.2.9",), outbound=OutboundValues("192.0.2.9", 5062, "+31241234567"))
    render_node(dataclasses.replace(NODE, trunks=(provider, TrunkValues("line"))), tmp_path)
    sip = read(tmp_path / "pjsip.conf")
    assert "[provider-out](irmacall-outbound)\naors = provider-out\nfrom_user = +31241234567" in sip
    assert "[provider-out]\ntype = aor\ncontact = sip:192.0.2.9:5062" in sip
    assert "identify_by = ip\ncontext = irmacall-called-out" in sip
    assert "endpoint = provider-out" not in sip
    assert "line-out" not in sip


def test_nothing_can_be_reached_from_a_call_out(tmp_path: Path) -> None:
    """The contexts of phones and of those whom we call back are empty."""
    render_node(NODE, tmp_path)
    plan = read(tmp_path / "extensions.conf")
    for context in ("irmacall-from-phones", "irmacall-called-out"):
        body = plan.partition(f"[{context}]")[2].partition("[")[0]
        assert body.strip() == ""


def test_phones_pass_nobody_on_unless_the_site_lets_them(tmp_path: Path) -> None:
    """By default a REFER is refused from everybody; where it is allowed nothing but ARI moves, and lines stay out."""
    render_node(NODE, tmp_path)
    sip = read(tmp_path / "pjsip.conf")
    assert "allow_transfer = yes" not in sip
    assert "PJSIP_TRANSFER_HANDLING" not in sip
    assert "\ncontext = irmacall-phones" not in sip
    render_node(dataclasses.replace(NODE, phone_transfers=True), tmp_path)
    sip = read(tmp_path / "pjsip.conf")
    phones = sip.partition("[irmacall-phone](!,irmacall-endpoint)")[2].partition("\n[")[0]
    assert "allow_transfer = yes\nset_var = PJSIP_TRANSFER_HANDLING()=ari-only" in phones
    assert sip.count("allow_transfer = yes") == 1
    assert sip.index("[irmacall-endpoint](!)") < sip.index("allow_transfer = no") < sip.index("allow_transfer = yes")


def test_phones_dial_extensions_where_the_site_lets_them(tmp_path: Path) -> None:
    """Each phone has its own desk's context, from which nothing leads but to the daemon; one of no desk has none."""
    dorp, stad = DeskValues("dorp", ("1",), ("agent1", "agent2")), DeskValues("stad", ("2",), ("agent2", "agent3"))
    phones = tuple(PhoneValues(each, "0" * 32) for each in ("agent1", "agent2", "agent3", "stray"))
    render_node(dataclasses.replace(NODE, desks=(dorp, stad), phones=phones, phone_transfers=True), tmp_path)
    sip, plan = read(tmp_path / "pjsip.conf"), read(tmp_path / "extensions.conf")
    for phone, context in (
        ("agent1", "irmacall-phones-dorp"),
        ("agent2", "irmacall-phones-dorp"),
        ("agent3", "irmacall-phones-stad"),
        ("stray", "irmacall-from-phones"),
    ):
        assert f"[{phone}](irmacall-phone)\ncontext = {context}\n" in sip
    body = plan.partition("[irmacall-phones-stad]")[2].partition("\n[")[0]
    assert [line.partition(",")[2] for line in body.splitlines() if line] == [
        "1,Stasis(irmacall-stad,line,${FILTER(0-9,${EXTEN})})",
        "Hangup(42)",
        "1,Stasis(irmacall-stad,line,+${FILTER(0-9,${EXTEN})})",
        "Hangup(42)",
    ]


def test_the_fallback_queue_rings_no_official(tmp_path: Path) -> None:
    """Callers whom no daemon serves are answered by who serves callers."""
    dorp = DeskValues("dorp", ("1",), ("agent1", "official1"), officials=frozenset({"official1"}))
    render_node(dataclasses.replace(NODE, desks=(dorp,)), tmp_path)
    queues = read(tmp_path / "queues.conf")
    assert "member => PJSIP/agent1" in queues
    assert "official1" not in queues


def test_classes_of_music(tmp_path: Path) -> None:
    """Each class that a queue names is a directory of that name; `default` stands once."""
    render_node(dataclasses.replace(NODE, music="/music", music_classes=("default", "jazz")), tmp_path)
    music = read(tmp_path / "musiconhold.conf")
    assert "[default]\nmode = files\ndirectory = /music\n" in music
    assert "[jazz]\nmode = files\ndirectory = /music/jazz\n" in music
    assert music.count("[default]") == 1


def test_tls_is_there_when_given(tmp_path: Path) -> None:
    """A certificate opens a TLS transport; without one there is none."""
    render_node(NODE, tmp_path / "without")
    assert "protocol = tls" not in read(tmp_path / "without/pjsip.conf")
    tls = Tls("192.0.2.1", 5061, "/etc/a/sip.pem", "/etc/a/sip.key")
    render_node(dataclasses.replace(NODE, tls=tls), tmp_path / "with")
    assert "bind = 192.0.2.1:5061" in read(tmp_path / "with/pjsip.conf")


@pytest.mark.parametrize("evil", ["x\nexten => _X.,1,Dial(PJSIP/evil)", "x;y", "[trunk]", 'x"', "x\\"])
def test_a_value_that_means_something_to_asterisk_is_refused(tmp_path: Path, evil: str) -> None:
    """No value can end its line, begin a comment or open a section."""
    with pytest.raises(ValueError, match="cannot stand in a file"):
        render_node(dataclasses.replace(NODE, desks=(DeskValues(evil, ("1",), ()),)), tmp_path)


def test_a_missing_value_is_an_error(tmp_path: Path) -> None:
    """A template that asks for what is not given does not leave an empty place."""
    (tmp_path / "x.conf.j2").write_text("{{ node.nothing }}")
    with pytest.raises(jinja2.UndefinedError):
        render_node(NODE, tmp_path / "out", (tmp_path,))


def test_nodes_differ(tmp_path: Path) -> None:
    """Two nodes of one cluster never share a system name or an entity id."""
    other = dataclasses.replace(NODE, name="node2")
    assert other.entity_id != NODE.entity_id
    render_node(NODE, tmp_path)
    text = read(tmp_path / "asterisk.conf")
    assert "systemname = node1" in text
    assert f"entityid = {NODE.entity_id}" in text


@pytest.mark.parametrize(
    "module",
    [
        "res_pjsip_messaging",
        "res_pjsip_endpoint_identifier_anonymous",
        "app_chanspy",
        "app_mixmonitor",
        "app_originate",
        "app_dial",
        "app_system",
        "res_parking",
        "app_directed_pickup",
    ],
)
def test_doors_that_stay_shut(tmp_path: Path, module: str) -> None:
    """What could listen in, take a call away or dial out is not loaded."""
    render_node(NODE, tmp_path)
    modules = read(tmp_path / "modules.conf")
    assert "autoload = no" in modules
    assert module not in modules
