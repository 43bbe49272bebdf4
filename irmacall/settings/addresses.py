"""Addresses in the site file: of hosts, of networks, of servers and of pages. Checks as in `values`."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from irmacall.settings.values import Address, Check, refuse, string

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*\.?")


def ip_address(value: object) -> str:
    """An IP address, without a port."""
    wanted = 'an IP address ("192.0.2.10")'
    try:
        return str(ipaddress.ip_address(string(value, wanted)))
    except ValueError:
        refuse(wanted)


def network(value: object) -> Network:
    """An address or a range of addresses."""
    wanted = 'an address or a range whose host bits are zero ("10.0.0.0/8")'
    try:
        return ipaddress.ip_network(string(value, wanted))
    except ValueError:
        refuse(wanted)


def address(value: object) -> Address:
    """A host and a port."""
    wanted = 'a host and a port ("127.0.0.1:8443")'
    if not isinstance(value, str) or not value.isprintable() or "/" in value or "@" in value:
        refuse(wanted)
    parts = _split(f"//{value}", wanted)
    if parts.hostname is None or parts.port is None or not is_host(parts.hostname):
        refuse(wanted)
    return Address(parts.hostname, parts.port)


def host(value: object) -> str:
    """A host by its name or address."""
    if not isinstance(value, str) or not is_host(value):
        refuse("a host's name or address")
    return value


def url(*schemes: str) -> Check:
    """An address of a server without a path, a login, a question or a fragment."""
    wanted = "an address without a path or a login, beginning with " + " or ".join(f"{each}://" for each in schemes)

    def check(value: object) -> str:
        parts = _url(value, schemes, wanted)
        if parts.path not in ("", "/"):
            refuse(wanted)
        return str(value).rstrip("/")

    return check


def service(value: object) -> str:
    """An address at which a program is asked: it may have a path, and no login, question or fragment."""
    _url(value, ("https", "http"), "an address without a login or a question, beginning with https://")
    return str(value)


def web_page(value: object) -> str:
    """An address of a page that a visitor can be sent to."""
    _url(value, ("https",), "an address of a page, beginning with https://")
    return str(value)


def origin(value: object) -> str:
    """An origin exactly as browsers write it (RFC 6454, 6.2)."""
    wanted = 'an origin as browsers write it: https://, a host in small letters, a port unless 443 ("https://bellen.example.nl")'
    parts = _url(value, ("https",), wanted)
    if parts.path or str(value) != origin_of(str(value)):
        refuse(wanted)
    return str(value)


def origin_of(address_: str) -> str:
    """Scheme, host and port of an address, as browsers write them."""
    parts = urlsplit(address_)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    standard = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, standard) else f":{parts.port}")


def is_loopback(host: str) -> bool:
    """Whether this host is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold().rstrip(".") == "localhost"


def is_host(host: str) -> bool:
    """Whether this can be a host's name or address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host)) and len(host) <= 253
    return True


def store_url(value: object) -> str:
    """Where a store is: in the daemon's own memory, or in a redis."""
    wanted = (
        '"memory://", or a redis without its password: redis://host:port/0, rediss://host:port/0 (TLS), unix:///path'
    )
    if value == "memory://":
        return "memory://"
    if isinstance(value, str) and re.fullmatch(r"unix:///[A-Za-z0-9._/-]+", value):
        return value
    parts = _url(value, ("redis", "rediss"), wanted)
    if not re.fullmatch(r"(/[0-9]{0,4})?", parts.path):
        refuse(wanted)
    return str(value)


def crm_template(value: object) -> str:
    """A link with places for a reference, and for nothing about the caller (it lands in logs and histories)."""
    wanted = "a link beginning with https:// whose only places are {call_id} and {subject}, after the host"
    if not isinstance(value, str):
        refuse(wanted)
    bare = value.replace("{call_id}", "0").replace("{subject}", "0")
    parts = _url(bare, ("https",), wanted, question=True)
    if "{" in bare or "}" in bare or _split(value, wanted).netloc != parts.netloc:
        refuse(wanted)
    return value


def _url(value: object, schemes: tuple[str, ...], wanted: str, *, question: bool = False) -> SplitResult:
    if not isinstance(value, str) or not re.fullmatch(r"[!#-;=?-\[\]-~]+", value):  # ASCII without space " < > \
        refuse(wanted)
    parts = _split(value, wanted)
    if parts.scheme not in schemes or parts.hostname is None or not is_host(parts.hostname) or "@" in parts.netloc:
        refuse(wanted)
    if not question and ("?" in value or "#" in value):
        refuse(wanted)
    return parts


def _split(value: str, wanted: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        port = parts.port  # read here, because reading is what finds a port that is none
    except ValueError:
        refuse(wanted)
    if port == 0:
        refuse(wanted)
    return parts
