"""From a site file and its credentials to `Settings`, or to one message with everything that is wrong."""

from __future__ import annotations

import enum
import os
import shlex
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from irmacall.errors import SettingsError
from irmacall.settings import checks, credentials, exchange_checks, places, references, route_checks, tls, toml_faults
from irmacall.settings.credentials import Credentials
from irmacall.settings.desks import DeskSettings
from irmacall.settings.nodes import NodeSettings
from irmacall.settings.reading import Problems, read
from irmacall.settings.servers import PublicSettings, StaffSettings
from irmacall.settings.site import Settings, SiteFile

_MOST_BYTES: Final = 1_000_000

Web = TypeVar("Web", PublicSettings, StaffSettings)


class Purpose(enum.Enum):
    """What the settings are for: a program asks for no secret that it does not need."""

    SERVE = "serve"
    WATCHDOG = "watchdog"
    RENDER = "render"
    CHECK = "check"
    """Everything that any of the others needs."""
    LOCAL = "local"
    """Work on the users and the audit log: no secret at all."""
    FILE = "file"
    """The file alone: nothing else need be there yet."""


def load(site: Path, directory: Path | None, environment: Mapping[str, str], purpose: Purpose) -> Settings:
    """The settings of a site. `directory` holds the credentials.

    Raises `SettingsError` with a line for each problem: where it is, the value (of a secret never), and what
    would be right. `desk[2].queue[1].id` is the first queue of the second desk.
    """
    problems = Problems()
    raw = _parsed(site)
    found = _read(raw, problems)
    _check_parts(found, problems)
    _check_desks(raw.get("desk"), found, problems)
    found = _with_paths(found, site.parent, directory)
    _check_machine(found, purpose, problems)
    names = _credential_names(found.get("nodes", ()), found, purpose)
    secrets = credentials.collect(names, directory, environment, problems)
    if problems.lines:
        raise SettingsError(
            "\n".join([f"{site} cannot be used:", *(f"  {places.named(line, raw)}" for line in problems.lines)])
        )
    return _settings(site.absolute(), found, secrets)


def _parsed(site: Path) -> dict[str, Any]:
    text = _text(site)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{site}: is no TOML: {toml_faults.told(str(error), text)}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{site}: is no TOML that can be read: a number or a nesting without end") from error


def _text(site: Path) -> str:
    try:
        with site.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise SettingsError(f"{site}: should be a site file, which is never larger than {_MOST_BYTES} bytes")
        return text.decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise SettingsError(f"{site}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{site}: should be UTF-8; byte {error.start} is not") from error


def _read(raw: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """The site's tables by the name of their field; a table in which anything is wrong is left out."""
    whole = Problems()
    complete = read(SiteFile, raw, "", whole)
    problems.lines += whole.lines
    if complete is not None:
        return {each.name: getattr(complete, each.name) for each in fields(complete)}
    return _parts(raw)


def _parts(raw: dict[str, Any]) -> dict[str, Any]:
    """What is right of a site that is not right as a whole, so that the rest can be checked as well."""
    found: dict[str, Any] = {}
    for each in fields(SiteFile):
        name = each.metadata["name"]
        if "tables" in each.metadata:
            value = _all(each.metadata["tables"], raw.get(name))
        else:
            value = read(each.metadata["table"], raw.get(name, {}), "", Problems())
        if value is not None:
            found[each.name] = value
    return found


def _all(kind: type, raw: object) -> tuple[Any, ...] | None:
    """A list of tables of which each is right. Else none: they would no longer stand in the file's order."""
    if not isinstance(raw, list) or not raw:
        return None
    items = [read(kind, item, "", Problems()) for item in raw]
    return tuple(items) if all(item is not None for item in items) else None


def _check_parts(found: Mapping[str, Any], problems: Problems) -> None:
    demo = "site" in found and found["site"].demo
    checks.check_nodes(found.get("nodes", ()), problems)
    if "store" in found:
        checks.check_store(found["store"], problems)
    if "irma" in found and "site" in found:
        checks.check_irma(found["irma"], demo, problems)
    if "public" in found and "staff" in found:
        checks.check_web(found["public"], found["staff"], problems)


def _check_desks(raw: object, found: Mapping[str, Any], problems: Problems) -> None:
    """What desks name; each table that is right, and each desk that is, whatever is wrong with others."""
    references.check_desks(raw, problems)
    exchange_checks.check_tables(raw, problems)
    desks = {}
    for at, table in enumerate(references.tables(raw), 1):
        where = f"desk[{at}]"
        desk = read(DeskSettings, table, where, Problems())
        if desk is not None:
            desks[where] = desk
            if not any(references.unknown(table, where)):
                route_checks.check_routes(desk, where, problems)
    checks.check_desks(desks, "site" in found and found["site"].demo, problems)
    if "nodes" in found:
        checks.check_callbacks(desks, found["nodes"], problems)


def _with_paths(found: dict[str, Any], base: Path, directory: Path | None) -> dict[str, Any]:
    """The same with every path made absolute, and each listener's key where it is."""
    found = dict(found)
    base = base.absolute()
    if "site" in found:
        found["site"] = replace(found["site"], data=base / found["site"].data)
    if "store" in found and found["store"].ca_file:
        found["store"] = replace(found["store"], ca_file=base / found["store"].ca_file)
    if "records" in found and found["records"].ca_file:
        found["records"] = replace(found["records"], ca_file=base / found["records"].ca_file)
    for name in ("public", "staff"):
        if name in found:
            found[name] = _web(found[name], name, base, directory)
    return found


def _web(web: Web, name: str, base: Path, directory: Path | None) -> Web:
    key = base / web.tls_key if web.tls_key else directory and directory.absolute() / f"{name}-tls-key"
    return replace(web, tls_cert=base / web.tls_cert, tls_key=key)


def _check_machine(found: Mapping[str, Any], purpose: Purpose, problems: Problems) -> None:
    """What the site's paths lead to."""
    if "site" in found and purpose not in (Purpose.WATCHDOG, Purpose.FILE):
        _check_data(found["site"].data, problems)
    if purpose not in (Purpose.SERVE, Purpose.CHECK):
        return
    for name in ("public", "staff"):
        if name in found and found[name].tls_key is None:
            problems.note(f"{name}.tls_key", f"is missing: should be a path, or the credential {name}-tls-key")
        elif name in found:
            tls.check_files(found[name].tls_cert, found[name].tls_key, name, problems)
    for name, of in (("store", "both redis servers"), ("records", "the PostgreSQL server")):
        file = found[name].ca_file if name in found else None
        if file and not file.is_file():
            problems.wrong(f"{name}.ca_file", str(file), f"a PEM file with the certificate authority of {of}")


def _check_data(data: Path, problems: Problems) -> None:
    wanted = _data_fault(data)
    if wanted:
        problems.wrong("site.data", str(data), wanted)


def _data_fault(data: Path) -> str:
    """What should be otherwise about the data's directory; empty when it is as it should be."""
    try:
        status = data.stat()
    except FileNotFoundError:
        made = f"`install -d -o irmacall -g irmacall -m 0700 {shlex.quote(str(data))}`"
        return f"a directory that exists, and it does not: {made} makes it (docs/install.md, 2)"
    except OSError as error:
        return f"a directory that this user can reach ({(error.strerror or 'unreadable').lower()})"
    if not stat.S_ISDIR(status.st_mode):
        return "a directory"
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return "a directory that this user may write in: do this as the user who owns it"
    return "a directory that others may not write in" if status.st_mode & 0o002 else ""


def _credential_names(nodes: tuple[NodeSettings, ...], found: Mapping[str, Any], purpose: Purpose) -> Iterator[str]:
    """The secrets that this purpose needs."""
    serve = purpose in (Purpose.SERVE, Purpose.CHECK)
    for node in nodes:
        if serve or purpose is Purpose.RENDER:
            yield node.ari_credential
        if purpose in (Purpose.WATCHDOG, Purpose.RENDER, Purpose.CHECK):
            yield node.ami_credential
        if purpose in (Purpose.RENDER, Purpose.CHECK):
            yield from (trunk.credential for trunk in node.trunks if trunk.password)
    if serve:
        yield from ("irma-token", *credentials.KEYS)
        if "store" in found and not found["store"].in_memory:
            yield from ("redis-desk", "redis-vault")
        if "records" in found and found["records"].has_password:
            yield "records-database"
        if any(desk.sms.url is not None for desk in found.get("desks", ())):
            yield "sms-token"
        if any(desk.crm.webhook is not None for desk in found.get("desks", ())):
            yield "crm-key"


def needed(settings: Settings, purpose: Purpose = Purpose.CHECK) -> tuple[str, ...]:
    """The names of the secrets that this site needs for a purpose."""
    found = {"store": settings.store, "records": settings.records, "desks": settings.desks}
    return tuple(_credential_names(settings.nodes, found, purpose))


def _settings(site: Path, found: Mapping[str, Any], secrets: Credentials) -> Settings:
    return Settings(
        file=site,
        desks=found["desks"],
        nodes=found["nodes"],
        store=found["store"],
        records=found["records"],
        irma=found["irma"],
        public=found["public"],
        staff=found["staff"],
        watchdog=found["watchdog"],
        overload=found["overload"],
        log=found["log"],
        data=found["site"].data,
        demo=found["site"].demo,
        language=found["site"].language,
        credentials=secrets,
    )
