"""Where the facts of calls are to be kept: what a site can say of it, and what that means."""

from __future__ import annotations

from pathlib import Path

import pytest

from irmacall.errors import SettingsError
from irmacall.settings import Purpose, RecordsSettings
from irmacall.settings.records import database
from irmacall.settings.values import Wrong
from tests.settings.sample import Sample

#: What stands there → host, port, name, whether there is a password, whether TLS is demanded.
GOOD = {
    "postgresql://db.example.nl/irmacall": ("db.example.nl", 5432, "irmacall", True, True),
    "postgresql://192.0.2.7:5433/irma_call-2": ("192.0.2.7", 5433, "irma_call-2", True, True),
    "postgresql://127.0.0.1/irmacall": ("127.0.0.1", 5432, "irmacall", True, False),
    "postgresql://[::1]:5433/irmacall": ("::1", 5433, "irmacall", True, False),
    "postgresql:///irmacall": ("/run/postgresql", 5432, "irmacall", False, False),
    "postgresql:///irmacall?host=/srv/pg": ("/srv/pg", 5432, "irmacall", False, False),
}
BAD = (
    *("postgresql://user:hunter2@db.example.nl/irmacall", "postgresql://user@db.example.nl/irmacall"),
    *("postgresql://db.example.nl", "postgresql://db.example.nl/", "postgresql://db.example.nl/a/b"),
    *("postgresql://db.example.nl/irmacall?sslmode=disable", "postgresql:///irmacall?host=db.example.nl"),
    *("postgresql://db.example.nl:99999/x", "postgresql://[/x", "postgresql://:5432/x", "postgresql://-db/x"),
    *("mysql://db.example.nl/irmacall", "sqlite:///x", "memory://", "", 3, True, None, ["sqlite"]),
)


@pytest.mark.parametrize("text", GOOD)
def test_a_postgresql_is_found(text: str) -> None:
    """Each way to name one has its host, port and name; only what leaves the machine demands TLS."""
    found = RecordsSettings(database=database(text))
    assert (found.host, found.port, found.name, found.has_password, found.leaves_here) == GOOD[text]


@pytest.mark.parametrize("value", BAD)
def test_what_is_none_is_refused(value: object) -> None:
    """A login, an option that would switch TLS off, or another kind of database: the message says what can be."""
    with pytest.raises(Wrong, match=r'"sqlite", or a PostgreSQL without its login'):
        database(value)


def test_a_site_that_says_nothing_has_a_file_for_ninety_days(sample: Sample) -> None:
    """The default needs no secret and no other server."""
    settings = sample.load(Purpose.CHECK)
    assert (settings.records.is_sqlite, settings.records.days) == (True, 90)
    assert settings.records_file == sample.directory / "data" / "records.sqlite"


def test_a_password_is_needed_where_there_is_one(sample: Sample) -> None:
    """With a PostgreSQL by its host the credential must be there, and by its socket it need not."""
    sample.add('\n[records]\ndatabase = "postgresql://db.example.nl/irmacall"\n')
    with pytest.raises(SettingsError, match="credential records-database: is missing"):
        sample.load()
    sample.secret("records-database", "Xk29vQmz7Lr4TwBn8HcY")
    settings = sample.load()
    assert settings.credentials.text("records-database") == "Xk29vQmz7Lr4TwBn8HcY"
    (sample.credentials / "records-database").unlink()
    sample.change("postgresql://db.example.nl/", "postgresql:///")
    assert "records-database" not in sample.load().credentials


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("days = 0", "records.days = 0: should be a whole number from 1 to 3650"),
        ("days = 3651", "records.days = 3651: should be a whole number from 1 to 3650"),
        ('user = "a b"', "records.user = 'a b': should be letters"),
        (
            'ca_file = "nowhere.pem"',
            "nowhere.pem': should be a PEM file with the certificate authority of the PostgreSQL",
        ),
        ('password = "hunter2"', "records.password: no secret belongs in this file"),
        ('database = "postgresql://u:hunter2@h/x"', "records.database = 'postgresql://…@h/x': should be"),
    ],
)
def test_each_slip_gets_its_line(sample: Sample, line: str, wanted: str) -> None:
    """What is wrong in the table is told with its key and what would be right, and no secret with it."""
    sample.add(f"\n[records]\n{line}\n")
    with pytest.raises(SettingsError) as told:
        sample.load()
    assert wanted in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_certificate_authority_is_found_from_the_sites_directory(sample: Sample) -> None:
    """A relative path is taken from where the site file is."""
    (sample.directory / "db.pem").write_text("a certificate", encoding="utf-8")
    sample.add('\n[records]\nca_file = "db.pem"\n')
    assert sample.load().records.ca_file == Path(sample.directory / "db.pem")
