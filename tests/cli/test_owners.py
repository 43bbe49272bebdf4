"""What root makes for others is theirs: Asterisk's configuration, and the daemon's users and audit log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from irmacall.ops.owners import new_file
from tests.cli.command import on_site
from tests.settings.sample import Sample

SOMEBODY = (4242, 4343)
"""A user and a group of no name, since each machine has other names."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def owners(directory: Path) -> set[tuple[int, int]]:
    """Who owns a directory and all that is in it."""
    return {(each.stat().st_uid, each.stat().st_gid) for each in (directory, *directory.iterdir())}


@as_root
def test_what_root_renders_is_the_directorys_owners(sample: Sample, tmp_path: Path) -> None:
    """Debian's Asterisk can read what root rendered into its directory, and what stood there before changes hands."""
    out = tmp_path / "etc"
    out.mkdir()
    (out / "pjsip.conf").write_text("what an earlier release made as root")
    os.chown(out, *SOMEBODY)
    ended = on_site(sample, "render", "--node", "pbx1", "--out", out)
    assert ended.code == 0
    assert owners(out) == {SOMEBODY}
    assert {each.stat().st_mode & 0o777 for each in out.iterdir()} == {0o600}
    assert ended.err == "Only user 4242 can read them. Asterisk on pbx1 uses them after a reload.\n"


@as_root
def test_a_directory_that_render_makes_is_its_parents_owners(sample: Sample, tmp_path: Path) -> None:
    """A new directory is as much Asterisk's as what goes into it, and is told of."""
    room = tmp_path / "asterisk"
    room.mkdir()
    os.chown(room, *SOMEBODY)
    ended = on_site(sample, "render", "--node", "pbx1", "--out", room / "new")
    assert (ended.code, owners(room), owners(room / "new")) == (0, {SOMEBODY}, {SOMEBODY})
    assert f"{room / 'new'} did not exist, and was made.\n" in ended.err


def test_a_path_that_is_not_there_is_not_made(sample: Sample, tmp_path: Path) -> None:
    """Asterisk's configuration does not vanish into a directory whose name was misspelt."""
    ended = on_site(sample, "render", "--node", "pbx1", "--out", tmp_path / "ect" / "asterisk")
    wanted = f"should be in a directory that exists: {tmp_path / 'ect'} does not\n"
    assert (ended.code, ended.err) == (2, f"irmacall: --out {tmp_path / 'ect' / 'asterisk'}: {wanted}")
    assert not (tmp_path / "ect").exists()


@as_root
@pytest.mark.parametrize("words", [("phone", "add", "agent7"), ("user", "add", "nadia", "--name", "Nadia")])
def test_what_root_writes_down_is_the_daemons(
    sample: Sample, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon can open its users and its audit log, with what SQLite puts beside them, whoever made them."""
    data = sample.directory / "data"
    os.chown(data, *SOMEBODY)
    seen: set[str] = set()
    monkeypatch.setattr("builtins.print", lambda *_, **__: seen.update(each.name for each in data.iterdir()))
    owned: set[tuple[int, int]] = set()

    def clock() -> float:
        owned.update(owners(data))
        return 1.0

    monkeypatch.setattr("irmacall.cli.people.time.time", clock)
    assert on_site(sample, *words).code == 0
    assert {"users.sqlite", "users.sqlite-wal", "users.sqlite-shm", "audit.sqlite", "audit.sqlite-wal"} <= seen
    assert owned | owners(data) == {SOMEBODY}


@as_root
def test_root_follows_no_link_that_somebody_laid(sample: Sample, tmp_path: Path) -> None:
    """Who owns the directory cannot have root write, or give away, a file elsewhere."""
    out, victim = tmp_path / "etc", tmp_path / "shadow"
    out.mkdir()
    victim.write_text("root's")
    (out / "ari.conf.new").symlink_to(victim)
    os.chown(out, *SOMEBODY)
    assert on_site(sample, "render", "--node", "pbx1", "--out", out).code == 0
    assert (victim.read_text(), victim.stat().st_uid) == ("root's", 0)
    (out / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        new_file(out / "link")
    assert not (tmp_path / "nowhere").exists()
