"""The set-up's own workings: stamps, whole directories, apt's sources, steps side by side."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lab import paths
from lab.paths import CHECKOUT
from lab.setup import apt, sounds
from lab.setup.command import StepFailed, run
from lab.setup.stamp import alone, fingerprint, made_whole, stamped
from lab.setup.step import Step, Works

_DEB822 = """\
Types: deb
URIs: https://packages.example/other
Suites: stable

Enabled: no
Types: deb
URIs: https://off.example/debian
Suites: bookworm

# a comment
Types: deb deb-src
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
_LINES = """\
# deb https://off.example/debian bookworm main
deb-src https://source.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] https://packages.example/other stable main
deb [arch=amd64] https://lines.example/debian/ bookworm main
"""


def sources(tmp_path: Path, *, deb822: str = "", lines: str = "") -> Path:
    """An /etc/apt with these contents."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(deb822)
    (tmp_path / "sources.list").write_text(lines)
    return tmp_path


def test_the_archive_is_found_in_deb822_sources(tmp_path: Path) -> None:
    """Other archives and disabled ones are passed over."""
    assert apt.mirror(sources(tmp_path, deb822=_DEB822)) == "https://mirror.example/debian"


def test_the_archive_is_found_in_one_line_sources(tmp_path: Path) -> None:
    """Comments, sources and other archives are passed over, options are understood."""
    assert apt.mirror(sources(tmp_path, lines=_LINES)) == "https://lines.example/debian/"


def test_no_archive_is_told(tmp_path: Path) -> None:
    """Without a Debian archive in its sources the machine cannot be set up, and the message says what lacks."""
    with pytest.raises(StepFailed, match="no Debian archive"):
        apt.mirror(sources(tmp_path))


def test_a_directory_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failure leaves the old one in place and nothing beside it; success replaces it."""
    target = tmp_path / "made"
    with made_whole(target, "one") as fresh:
        (fresh / "a").write_text("1")
        assert not target.exists()
    assert stamped(target, "one")
    with pytest.raises(IsADirectoryError), made_whole(target, "two") as fresh:
        fresh.write_text("a directory takes no text")
    assert stamped(target, "one")
    assert (target / "a").read_text() == "1"
    with made_whole(target, "two") as fresh:
        (fresh / "a").write_text("2")
    assert stamped(target, "two")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_fingerprint_changes_with_names_contents_and_words(tmp_path: Path) -> None:
    """Whatever a result depends on changes its stamp."""
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("x")
    b.write_text("x")
    prints = {fingerprint([a]), fingerprint([b]), fingerprint([a, b]), fingerprint([a], "1")}
    a.write_text("y")
    assert len({*prints, fingerprint([a])}) == 5


def test_one_set_up_at_a_time(tmp_path: Path) -> None:
    """A second process waits until the first has left, and says so."""
    text = f"""
from pathlib import Path
from lab.setup.stamp import alone
with alone(Path({str(tmp_path / "lock")!r})):
    print("inside", flush=True)
"""
    with alone(tmp_path / "lock"):
        other = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        assert other.stdout is not None
        assert "waiting" in other.stdout.readline()
    rest, _ = other.communicate(timeout=20)
    assert rest == "inside\n"


def test_steps_wait_for_what_they_need_and_run_side_by_side() -> None:
    """Two steps that need each other's company meet; a third comes after both; a fourth is done already."""
    together, order = threading.Barrier(2, timeout=10), []

    def meet() -> None:
        together.wait()
        order.append("met")

    steps = [
        Step("third", lambda: False, lambda: order.append("third"), ("one", "two")),
        Step("one", lambda: False, meet),
        Step("two", lambda: False, meet),
        Step("old", lambda: True, lambda: order.append("never")),
    ]
    Works(steps).run()
    assert order == ["met", "met", "third"]


def test_a_failed_step_stops_what_depends_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The failure is told with the end of what the program said; what needed it is left alone."""
    made = []

    def fail() -> None:
        run(["sh", "-c", "echo the reason; exit 3"])

    steps = [
        Step("bad", lambda: False, fail),
        Step("after", lambda: False, lambda: made.append("after"), ("bad",)),
        Step("beside", lambda: False, lambda: made.append("beside")),
    ]
    with pytest.raises(StepFailed, match="exit status 3\nthe reason"):
        Works(steps).run()
    assert made == ["beside"]
    assert "bad: FAILED" in capsys.readouterr().out


def test_a_link_that_leads_out_of_the_other_debian_is_made_to_stay_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from here and from there it is the same folder afterwards; one that stays inside is left as it is."""
    monkeypatch.setattr(paths, "rootfs", lambda: tmp_path)
    (tmp_path / "etc/alternatives").mkdir(parents=True)
    (tmp_path / "usr/sounds/en_US").mkdir(parents=True)
    link = tmp_path / "usr/sounds/en"
    link.symlink_to("/etc/alternatives/prompt-en")
    (tmp_path / "etc/alternatives/prompt-en").symlink_to("/usr/sounds/en_US")
    for _ in range(2):
        sounds.stay_inside(link)
        assert link.readlink() == Path("en_US")
    sounds.stay_inside(tmp_path / "usr/sounds/nl")
    assert not (tmp_path / "usr/sounds/nl").exists()


def test_the_set_up_needs_nothing_but_python() -> None:
    """It runs before anything is installed: no import of it leaves the standard library and the lab itself."""
    text = "import lab.setup.__main__, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    shown = run([sys.executable, "-S", "-c", text], cwd=CHECKOUT)
    loaded = {name for name in shown.split() if not name.startswith("_")}
    assert loaded <= set(sys.stdlib_module_names) | {"lab"}
