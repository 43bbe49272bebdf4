"""What of a site file a running daemon can take, and by which name the rest is told."""

from __future__ import annotations

from dataclasses import fields

import pytest

from irmacall.errors import SettingsError
from irmacall.settings import Settings
from irmacall.settings.reloading import taken, waiting
from tests.settings.sample import Sample

CHANGES = {
    "[site]\n": ("[site]\ndemo = true\n", ["site.demo"]),
    "[store]\n": ("[store]\nlease = 7\ntimeout = 2\n", ["store.lease", "store.timeout"]),
    "[public]\n": ('[public]\nallow = ["192.0.2.0/24"]\n', ["public.allow"]),
    "[staff]\n": ("[staff]\nidle_minutes = 20\n", ["staff.idle_minutes"]),
    'name = "pbx1"': ('name = "pbx1"\nsip_port = 5070', ["node[1].sip_port"]),
    '[[node]]\nname = "pbx1"': (
        '[[node]]\nname = "pbx0"\nari = "http://127.0.0.1:8089"\nami = "127.0.0.1:5039"\nsip_address = "192.0.2.9"\n'
        '[[node]]\nname = "pbx1"',
        ["node", "credential ari-pbx0"],
    ),
    '[[desk.queue]]\nid = "algemeen"': ('[[desk.queue]]\nring = 9\nid = "algemeen"', []),
}


@pytest.mark.parametrize("old", CHANGES)
def test_what_waits_is_named_as_the_file_names_it(sample: Sample, old: str) -> None:
    """A key by its table and number, a list of tables that grew by its own name, the desk's not at all."""
    new, told = CHANGES[old]
    running = sample.load()
    sample.change(old, new)
    sample.secret("ari-pbx0", "b3f1c96a40d7e285" * 2)
    read = sample.load()
    assert waiting(running, read) == told
    assert waiting(running, taken(running, read)) == []
    assert waiting(running, running) == []


def test_a_secret_that_changed_is_named_and_not_shown(sample: Sample) -> None:
    """As one that is new or gone would be."""
    running = sample.load()
    secret = "9b7e1d3a55aa01c8" * 2
    sample.secret("irma-token", secret)
    told = waiting(running, sample.load())
    assert told == ["credential irma-token"]


def test_what_is_taken_is_the_desk_and_nothing_else(sample: Sample) -> None:
    """Everything else is as the daemon began with it."""
    running = sample.load()
    sample.change("[store]\n", "[store]\nlease = 7\n")
    sample.change("ring = 20", "ring = 25")
    found = taken(running, sample.load())
    assert found.desks[0].times.ring == 25
    assert all(
        getattr(found, each.name) is getattr(running, each.name) for each in fields(Settings) if each.name != "desks"
    )


@pytest.mark.parametrize("id_", ["elders", "voorbeeld2"])
def test_another_desk_is_refused(sample: Sample, id_: str) -> None:
    """Which one this daemon serves is told."""
    running = sample.load()
    sample.change('id = "voorbeeld"', f'id = "{id_}"')
    with pytest.raises(SettingsError, match=f"desk: has {id_}: should be one desk, voorbeeld"):
        taken(running, sample.load())
