"""The command as an operator meets it: its exit codes, and words instead of tracebacks."""

from __future__ import annotations

import re
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from irmacall.ops.render import ha1
from irmacall.settings import Purpose
from tests.cli.command import ROOT, Ended, here, listed, on_site, process
from tests.settings.sample import Sample

COMMANDS = (
    ("serve",),
    ("watchdog",),
    ("check",),
    ("hours",),
    ("status",),
    ("audit", "verify"),
    ("audit", "list"),
    ("render", "--node", "pbx1", "--out", "/dev/null/x"),
    ("user", "list"),
    ("phone", "list"),
    ("prompts", "make", "--out", "/dev/null"),
    ("prompts", "check", "--out", "/dev/null"),
    ("prompts", "accept", "--out", "/dev/null", "nl/welcome"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_a_bad_site_is_told_by_every_command(sample: Sample, words: tuple[str, ...]) -> None:
    """Whatever is asked of a site that is wrong, the answer is what is wrong with it, and 2."""
    sample.change('name = "pbx1"', 'name = "pbx 1"')
    ended = on_site(sample, *words)
    assert ended.code == 2
    assert ended.err.splitlines()[0] == f"irmacall: {sample.file} cannot be used:"
    assert "node[1].name = 'pbx 1': should be letters" in ended.err
    assert "Traceback" not in ended.err
    assert not ended.out


@pytest.mark.parametrize("command", ["serve", "watchdog"])
def test_a_daemon_that_cannot_start_says_why(sample: Sample, command: str) -> None:
    """systemd's journal gets every problem in words, and an exit code that stops it from trying again."""
    for file in sample.credentials.iterdir():
        file.write_text("changeme")
    ended = process(command, "--site", sample.file, "--credentials", sample.credentials)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert "changeme" not in ended.err
    assert "credential a" in ended.err


@pytest.mark.parametrize("words", [(), ("dance",), ("user",), ("serve", "--nothing"), ("render", "--node", "x")])
def test_a_wrong_word_is_told_with_what_is_right(words: tuple[str, ...]) -> None:
    """Arguments that there are not end with 2 and the ones that there are."""
    ended = here(*words)
    assert ended.code == 2
    assert ended.err.startswith("usage: irmacall")


def test_help_and_version_are_there() -> None:
    """--help names every command; --version the version."""
    helped = process("--help")
    assert helped.code == 0
    for words in COMMANDS:
        assert words[0] in helped.out
    assert here("--version").out.startswith("irmacall ")


def test_a_site_with_fresh_secrets_is_right(sample: Sample) -> None:
    """`secrets` makes what the example needs, once, for its owner alone; `check` then finds nothing wrong."""
    certificates = [sample.credentials / name for name in ("public-tls-key", "staff-tls-key")]
    for file in sample.credentials.iterdir():
        if file not in certificates:
            file.unlink()
    assert on_site(sample, "check", "--offline").code == 2
    made = on_site(sample, "secrets", sample.credentials)
    assert made.code == 0
    assert [line.split("\t")[1] for line in made.out.splitlines()] == ["made"] * 8 + ["is there"] * 2
    kept = {file: file.read_bytes() for file in sample.credentials.iterdir()}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in kept)
    assert not any(secret.decode().strip() in made.out + made.err for secret in kept.values())
    again = on_site(sample, "secrets", sample.credentials)
    assert [line.split("\t")[1] for line in again.out.splitlines()] == ["is there"] * 10
    assert kept == {file: file.read_bytes() for file in sample.credentials.iterdir()}
    checked = on_site(sample, "check", "--offline")
    assert (checked.code, checked.err) == (0, "")


def test_a_file_is_judged_before_there_is_anything_else(sample: Sample) -> None:
    """Who only writes the file needs no secret, no certificate and no directory of data to have it judged."""
    for file in (*sample.credentials.iterdir(), *sample.directory.glob("*.pem")):
        file.unlink()
    (sample.directory / "data").rmdir()
    assert on_site(sample, "check", "--file") == Ended(0, f"ok     {sample.file}: the file\n", "")
    sample.change("ring = 20", "ring = 0")
    ended = on_site(sample, "check", "--file")
    assert (ended.code, len(ended.err.splitlines())) == (2, 2)


def test_the_secrets_that_cannot_be_made_are_named(sample: Sample) -> None:
    """The keys of certificates are the operator's to bring, unless the site says where they are."""
    sample.change('tls_cert = "staff.pem"', 'tls_cert = "staff.pem"\ntls_key = "elsewhere.key"')
    (sample.credentials / "public-tls-key").unlink()
    told = dict(line.split("\t") for line in on_site(sample, "secrets", sample.credentials).out.splitlines())
    certificate = sample.directory / "public.pem"
    assert told["public-tls-key"] == f"yours to bring: the key of public.tls_cert ({certificate}), mode 0600"
    assert "staff-tls-key" not in told
    assert not (sample.credentials / "public-tls-key").exists()


def test_secrets_are_found_where_systemd_puts_them(sample: Sample) -> None:
    """Without --credentials the directory is the one that systemd names."""
    environment = {"CREDENTIALS_DIRECTORY": str(sample.credentials)}
    assert process("check", "--offline", "--site", sample.file, environment=environment).code == 0
    assert process("check", "--offline", "--site", sample.file).code == 2


def test_numbers_outside_that_no_line_may_call_need_no_server(sample: Sample) -> None:
    """The file alone tells, which is not wrong by itself."""
    look = "look   desk.transfer.outside: no line may call +3124…: see node.trunk.outbound (docs/site.md)"
    sample.change("ring = 25", 'outside = ["+3124"]')
    for words in ("--file", "--offline"):
        told = on_site(sample, "check", words)
        assert (told.code, told.out.splitlines()[1:]) == (0, [look])


def test_check_tells_each_server_that_does_not_answer(sample: Sample) -> None:
    """With no server there, every one has its line, and the command fails without a traceback."""
    sample.change('name = "pbx1"', 'name = "pbx1"\nari = "http://127.0.0.1:9"\nami = "127.0.0.1:9"')
    sample.change("127.0.0.1:6379", "127.0.0.1:9")
    sample.change("127.0.0.1:6380", "127.0.0.2:9")
    sample.change("http://127.0.0.1:8080", "http://127.0.0.1:9")
    sample.change("https://yivi.example.nl", "https://127.0.0.1:10")
    sample.add('\n[records]\ndatabase = "postgresql://127.0.0.1:9/irmacall"\n')
    sample.secret("records-database", secrets.token_hex(16))
    ended = on_site(sample, "check")
    assert ended.code == 1
    assert not ended.err
    judged = {line[7:].split(":")[0]: line[:5] for line in ended.out.splitlines()}
    for server in (
        "node pbx1",
        "node pbx1, sounds",
        "node pbx1, AMI",
        "store.desk",
        "store.vault",
        "irma.url",
        "irma.client_url",
    ):
        assert judged[server] == "WRONG"
    assert judged["public.tls_cert"] == "ok   "
    assert "WRONG  node pbx1: ari = http://127.0.0.1:9 refuses connections: see that Asterisk runs" in ended.out
    assert "WRONG  node pbx1, AMI: ami = 127.0.0.1:9 refuses connections: see that Asterisk runs" in ended.out
    assert "WRONG  store.desk: redis://127.0.0.1:9/0 refuses connections: start that redis" in ended.out
    assert "WRONG  irma.url: http://127.0.0.1:9 refuses connections: start the yivi server" in ended.out
    assert "WRONG  irma.client_url: https://127.0.0.1:10 refuses connections: start the yivi server" in ended.out
    database = "PostgreSQL database irmacall at 127.0.0.1:9"
    assert f"WRONG  records.database: {database}: Connection refused: start that PostgreSQL" in ended.out
    assert not re.search(r"[A-Za-z]Error|Errno", ended.out)


def test_check_makes_no_records_file(sample: Sample) -> None:
    """Looking, perhaps as root, leaves it to the daemon to make its file; a file of a newer irmacall is told."""
    sample.change("https://yivi.example.nl", "https://127.0.0.1:10")
    assert (
        "ok     records.database: records.sqlite, not there yet: who leads makes it" in on_site(sample, "check").out
    )
    file = sample.directory / "data" / "records.sqlite"
    assert not file.exists()
    with closing(sqlite3.connect(file)) as made:
        made.executescript(
            "CREATE TABLE irmacall_version (version_num TEXT); INSERT INTO irmacall_version VALUES (9);"
        )
    told = on_site(sample, "check").out
    assert "WRONG  records.database: the records' database was made by a newer irmacall (version 9; ours is" in told


def test_status_tells_where_it_looked_for_a_leader(sample: Sample) -> None:
    """Who asks for the leader of a node that is away gets its address too."""
    sample.change('name = "pbx1"', 'name = "pbx1"\nari = "http://127.0.0.1:9"')
    sample.change("127.0.0.1:6379", "127.0.0.1:9")
    sample.change("127.0.0.1:6380", "127.0.0.2:9")
    sample.change("http://127.0.0.1:8080", "http://127.0.0.1:9")
    sample.change("https://yivi.example.nl", "https://127.0.0.1:10")
    ended = on_site(sample, "status")
    assert ended.code == 1
    assert "WRONG  leader of voorbeeld on pbx1: ari = http://127.0.0.1:9 refuses connections: see that" in ended.out


def test_check_finds_a_certificate_of_another_host(sample: Sample) -> None:
    """A certificate that browsers would refuse is told before they do."""
    sample.change("https://kcc.example.nl", "https://balie.example.nl")
    sample.change("https://yivi.example.nl", "https://127.0.0.1:10")
    ended = on_site(sample, "check")
    assert "WRONG  staff.tls_cert: is not of balie.example.nl" in ended.out


def test_somebody_is_let_in_and_put_out(sample: Sample) -> None:
    """A phone, its user, her passwords and her end; each is a line in the audit log."""
    phone = on_site(sample, "phone", "add", "agent7")
    endpoint, secret = phone.out.split()
    assert (phone.code, endpoint, len(secret)) == (0, "agent7", 32)
    added = on_site(sample, "user", "add", "Samira", "--name", "Samira Bakker", "--phone", "agent7")
    login, password = added.out.split()
    assert (added.code, login, len(password)) == (0, "samira", 20)
    assert listed(sample) == "samira\tagent\tagent7\t-\t-\t-\tSamira Bakker\tID\n"
    assert on_site(sample, "phone", "list").out == "agent7\n"
    another = on_site(sample, "user", "password", "samira", "--ask", stdin="vlinder-kachel-ratel\n")
    assert (another.code, another.out) == (0, "")
    assert on_site(sample, "user", "disable", "samira").code == 0
    assert on_site(sample, "user", "list").out.endswith("\tdisabled\n")
    assert on_site(sample, "user", "enable", "samira").code == 0
    kept = b"".join(file.read_bytes() for file in (sample.directory / "data").iterdir())
    assert password.encode() not in kept
    assert secret.encode() not in kept
    assert on_site(sample, "audit", "verify").out.startswith("5 lines, each as it was written; the last: 5:")


def test_the_list_has_the_ids_that_the_webhook_tells(sample: Sample) -> None:
    """The one that the file of users has, so that a CRM's people know whose screen an event is of."""
    on_site(sample, "user", "add", "samira", "--name", "Samira Bakker")
    with closing(sqlite3.connect(sample.directory / "data" / "users.sqlite")) as file:
        [(id_,)] = file.execute("SELECT id FROM users").fetchall()
    assert on_site(sample, "user", "list").out.rstrip("\n").split("\t")[7:] == [id_]


def test_somebody_can_always_administer(sample: Sample) -> None:
    """The last one who can is not shut out, as on her own pages; with another one she is."""
    on_site(sample, "user", "add", "noor", "--name", "Noor El Amrani", "--role", "admin")
    refused = on_site(sample, "user", "disable", "noor")
    assert refused.code == 1
    assert "noor is the last one who can administer: let in another first" in refused.err
    on_site(sample, "user", "add", "zoe", "--name", "Zoe Mol", "--role", "admin")
    assert on_site(sample, "user", "disable", "noor").code == 0


def test_an_official_is_found_by_department_and_extension(sample: Sample) -> None:
    """Given when she is added, and changed later; each is a line in the audit log, and all stand in the list."""
    on_site(sample, "phone", "add", "smit")
    words = ("--role", "official", "--phone", "smit", "--department", "Burgerzaken", "--extension", "4101")
    assert on_site(sample, "user", "add", "smit", "--name", "Willem Smit", *words).code == 0
    assert listed(sample) == "smit\tofficial\tsmit\t-\t4101\tBurgerzaken\tWillem Smit\tID\n"
    assert on_site(sample, "user", "extension", "smit", "4102") == Ended(0, "smit\t4102\n", "")
    assert on_site(sample, "user", "department", "smit", "Ruimte en  wonen") == Ended(
        0, "smit\tRuimte en wonen\n", ""
    )
    assert listed(sample) == "smit\tofficial\tsmit\t-\t4102\tRuimte en wonen\tWillem Smit\tID\n"
    assert on_site(sample, "user", "extension", "smit").out == "smit\t-\n"
    assert on_site(sample, "user", "department", "smit").out == "smit\t-\n"
    told = on_site(sample, "audit", "list", "--kind", "extension_set").out.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == ["4101 became 4102", "4102 became -"]
    told = on_site(sample, "audit", "list", "--kind", "department_set").out.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == [
        "Burgerzaken became Ruimte en wonen",
        "Ruimte en wonen became -",
    ]


REFUSED = {
    "a user twice": (("user", "add", "nadia", "--name", "Nadia"), "", "there is a user nadia already"),
    "a short password": (("user", "password", "nadia", "--ask"), "kort\n", "too short: at least 12"),
    "a password to guess": (("user", "password", "nadia", "--ask"), "welkom123456\n", "too easy to guess"),
    "nobody": (("user", "disable", "x"), "", "there is no user x"),
    "a phone that is not there": (("user", "add", "x", "--name", "X", "--phone", "y"), "", "there is no phone y"),
    "a phone for Asterisk to trip over": (("phone", "add", "a]b"), "", "ASCII letters, digits, - and _ only"),
    "an official without a phone": (
        ("user", "add", "x", "--name", "X", "--role", "official"),
        "",
        "an official needs a phone",
    ),
    "an extension that is none": (("user", "extension", "nadia", "21a"), "", "2 to 6 digits"),
    "a number of everybody's": (("user", "extension", "nadia", "112"), "", "112 is a public number"),
    "a queue's extension": (("user", "extension", "nadia", "2100"), "", "extension 2100 is the queue algemeen's"),
    "a queue's extension for somebody new": (
        ("user", "add", "x", "--name", "X", "--extension", "2100"),
        "",
        "extension 2100 is the queue algemeen's",
    ),
    "a department of nobody": (("user", "department", "x", "Burgerzaken"), "", "there is no user x"),
    "a node that is not there": (("render", "--node", "x", "--out", "/tmp"), "", "--node x: should be one of pbx1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_is_told(sample: Sample, case: str) -> None:
    """A refusal is one line on standard error, and changes nothing."""
    assert on_site(sample, "user", "add", "nadia", "--name", "Nadia").code == 0
    words, stdin, expected = REFUSED[case]
    ended = on_site(sample, *words, stdin=stdin)
    assert ended.code in (1, 2)
    (line,) = ended.err.splitlines()
    assert line.startswith("irmacall: ")
    assert expected in line
    assert listed(sample) == "nadia\tagent\t-\t-\t-\t-\tNadia\tID\n"


def test_an_audit_log_that_was_touched_shows(sample: Sample) -> None:
    """A line that somebody changed behind our back is named, and the command fails."""
    for login in ("nadia", "joost"):
        on_site(sample, "user", "add", login, "--name", login)
    last = on_site(sample, "audit", "verify").out.split()[-1]
    assert on_site(sample, "audit", "verify", "--noted", last).code == 0
    assert on_site(sample, "audit", "verify", "--noted", f"2:{'0' * 64}").code == 1
    with sqlite3.connect(sample.directory / "data" / "audit.sqlite") as db:
        db.execute("DROP TRIGGER audit_is_not_changed")
        db.execute("UPDATE audit SET line = replace(line, 'nadia', 'jan') WHERE seq = 1")
    ended = on_site(sample, "audit", "verify")
    assert (ended.code, ended.err) == (1, "irmacall: line 1 is not as it was written, or is missing\n")


def test_the_audit_log_is_read(sample: Sample) -> None:
    """The last lines, or the last of a kind: when by the desk's clocks, who by her login, and why."""
    for login in ("nadia", "joost", "bram"):
        on_site(sample, "user", "add", login, "--name", login)
    on_site(sample, "user", "disable", "nadia")
    on_site(sample, "phone", "add", "agent7")
    lines = [line.split("\t") for line in on_site(sample, "audit", "list").out.splitlines()]
    assert [(line[0], line[2], line[3], line[4]) for line in lines] == [
        ("1", "user_added", "nadia", "-"),
        ("2", "user_added", "joost", "-"),
        ("3", "user_added", "bram", "-"),
        ("4", "user_disabled", "nadia", "-"),
        ("5", "phone_password_set", "-", "-"),
    ]
    zone = ZoneInfo("Europe/Amsterdam")
    at = datetime.strptime(lines[0][1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    assert abs((datetime.now(zone) - at).total_seconds()) < 60
    assert lines[3][5].startswith("on the command line by ")
    assert lines[3][5].endswith(": nadia")

    def numbers(*words: str) -> list[str]:
        return [line.split("\t")[0] for line in on_site(sample, "audit", "list", *words).out.splitlines()]

    assert numbers("--last", "2") == ["4", "5"]
    assert numbers("--kind", "user_added") == ["1", "2", "3"]
    assert numbers("--kind", "user_added", "--last", "1") == ["3"]
    assert numbers("--kind", "emergency_thrown") == []
    for wrong in (("--kind", "alarm"), ("--last", "0"), ("--last", "x")):
        assert on_site(sample, "audit", "list", *wrong).code == 2


@pytest.mark.parametrize("words", ["verify", "list"])
def test_an_audit_log_that_never_was_is_told(sample: Sample, words: str) -> None:
    """Nothing is made by asking after it."""
    ended = on_site(sample, "audit", words)
    assert ended.code == 2
    assert not list((sample.directory / "data").iterdir())


def test_a_node_is_rendered_with_what_the_site_says(sample: Sample, tmp_path: Path) -> None:
    """Asterisk's files hold the node's name, its accounts, every phone's digest and the desk's numbers."""
    endpoint, secret = on_site(sample, "phone", "add", "agent7").out.split()
    ended = on_site(sample, "render", "--node", "pbx1", "--out", tmp_path / "out")
    assert ended.code == 0
    files = {Path(line).name: Path(line).read_text() for line in ended.out.splitlines()}
    password = sample.load(Purpose.SERVE).credentials.text("ari-pbx1")
    assert "systemname = pbx1" in files["asterisk.conf"]
    assert password in files["ari.conf"]
    assert ha1(endpoint, secret) in files["pjsip.conf"]
    assert secret not in files["pjsip.conf"]
    assert "198.51.100.20/32" in files["pjsip.conf"]
    assert all(f"exten => {number},1," in files["extensions.conf"] for number in ("+31241234567", "31241234567"))


def test_what_is_rendered_again_is_told_where_it_changed(sample: Sample, tmp_path: Path) -> None:
    """Nothing is written and told twice; opening hours of the site change the file that holds them, and no other."""
    out = tmp_path / "out"
    assert on_site(sample, "render", "--node", "pbx1", "--out", out).out
    again = on_site(sample, "render", "--node", "pbx1", "--out", out)
    assert (again.code, again.out, again.err) == (0, "", f"Nothing in {out} has changed.\n")
    sample.change('monday = ["', 'monday = ["07:15-07:45", "')
    changed = on_site(sample, "render", "--node", "pbx1", "--out", out)
    assert changed.out == f"{out}/irmacall-hours.conf\n"
    assert (
        "exten => day1,1,GotoIf($[${IRMACALL_TIME} >= 0715 & ${IRMACALL_TIME} < 0745]"
        in (out / "irmacall-hours.conf").read_text()
    )


def test_a_phone_and_a_line_of_one_name_are_refused(sample: Sample, tmp_path: Path) -> None:
    """Asterisk would take one for the other."""
    on_site(sample, "phone", "add", "provider")
    ended = on_site(sample, "render", "--node", "pbx1", "--out", tmp_path / "out")
    assert (ended.code, ended.err) == (
        1,
        "irmacall: provider is a phone and a line of pbx1: one of the two needs another name\n",
    )


def test_a_reader_that_stops_in_the_middle_is_no_failure_to_tell(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`irmacall status | head -1`: each line is written as it is known, by several tasks at once."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    sample.change('name = "pbx1"', 'name = "pbx1"\nari = "http://127.0.0.1:9"')
    for old, new in (("127.0.0.1:6379", "127.0.0.1:9"), ("127.0.0.1:6380", "127.0.0.2:9")):
        sample.change(old, new)
    shell = f'"$0" -m irmacall status --site {sample.file} --credentials {sample.credentials} | head -1'
    words = ["bash", "-c", shell, sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.startswith("WRONG  daemon of voorbeeld: no daemon runs here")
    assert done.stderr == ""


def test_a_reader_that_stops_reading_is_no_failure_to_tell(sample: Sample) -> None:
    """Piped into something that ends at once, the command ends quietly."""
    on_site(sample, "user", "add", "nadia", "--name", "Nadia")
    shell = f'"$0" -m irmacall user list --site {sample.file} | :'
    words = ["bash", "-c", shell, sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""
