"""Where Go programs are built: on this machine, or inside the lab's rootfs.

Both are Debians, so the same packages are asked of both.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError

#: The first Go that irmago v1.3.0 builds with.
GO_NEEDED = (1, 26)
#: What the wallet's C code is built with (a Debian package each).
_C_PACKAGES = ("gcc", "libc6-dev", "libsqlcipher-dev", "libssl-dev", "pkgconf")
# The rootfs's newer OpenSSL compresses too.
_ROOTFS_PACKAGES = ("golang-go", "ca-certificates", "zlib1g-dev", "libzstd-dev")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_BUILD_S = 1500


@dataclass(frozen=True, slots=True)
class Workshop:
    """A place to build in: `prefix` goes before each command, `root` before each path that it is told."""

    root: Path
    sources: Path
    prefix: tuple[str, ...]
    env: Mapping[str, str]

    def go_build(self, package: str, target: Path, *, c_code: bool) -> None:
        """Build one static program and move it to `target`. Raises LabError with the compiler's words."""
        made = self.sources / "made"
        flags = "-s -w -linkmode external -extldflags '-static -Wl,--no-warnings'" if c_code else "-s -w"
        command = ["go", "build", "-C", self.inside(self.sources), "-trimpath", "-tags", "netgo,osusergo"]
        env = {"CGO_ENABLED": "1", "CGO_LDFLAGS": self._c_libraries()} if c_code else {"CGO_ENABLED": "0"}
        self.run([*command, "-ldflags", flags, "-o", self.inside(made), package], env)
        shutil.move(made, target)

    def run(self, command: list[str], env: Mapping[str, str] | None = None) -> str:
        """Run a command there; what it wrote to stdout."""
        try:
            done = subprocess.run(
                [*self.prefix, *command],
                env={**os.environ, **self.env, **(env or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_BUILD_S,
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise LabError(f"{' '.join(command[:3])}: {failure}") from failure
        if done.returncode:
            raise LabError(f"{' '.join(command[:3])} ended with {done.returncode}\n{done.stderr[-3000:]}")
        return done.stdout

    def inside(self, path: Path) -> str:
        """A path as it is called there."""
        return "/" + str(path.relative_to(self.root))

    def install(self, packages: tuple[str, ...]) -> None:
        """Install what is missing of these Debian packages. Needs root."""
        if self._has(packages):
            return
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        try:
            self.run(command, {"DEBIAN_FRONTEND": "noninteractive"})
        except LabError:
            self.run(["apt-get", "update", "-q"])  # a bare machine's lists may be old, or not there
            self.run(command, {"DEBIAN_FRONTEND": "noninteractive"})

    def _has(self, packages: tuple[str, ...]) -> bool:
        try:
            states = self.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}\n", *packages])
        except LabError:
            return False
        return all(state.startswith("ii") for state in states.split("\n")[:-1])

    def _c_libraries(self) -> str:
        return self.run(["pkg-config", "--static", "--libs", "sqlcipher", "libcrypto"]).strip()


@contextlib.contextmanager
def open_workshop(rootfs: Path, sources: Path) -> Iterator[Workshop]:
    """A workshop with a copy of `sources`, gone afterwards. Raises LabError when there is no Go to be had."""
    local = new_enough(_go_version())
    if not local and not (rootfs / "usr/bin/apt-get").exists():
        raise LabError(f"needed: Go {GO_NEEDED[0]}.{GO_NEEDED[1]} on this machine, or the lab's rootfs in {rootfs}")
    root = Path("/") if local else rootfs
    with tempfile.TemporaryDirectory(dir=root / "tmp", prefix="irmacall-go-") as room:
        copy = Path(shutil.copytree(sources, Path(room) / "sources"))
        shop = Workshop(root, copy, (), {"GOTOOLCHAIN": "local"}) if local else _in_rootfs(root, copy)
        shop.install(_C_PACKAGES if local else (*_C_PACKAGES, *_ROOTFS_PACKAGES))
        yield shop


def _in_rootfs(root: Path, copy: Path) -> Workshop:
    """Go without /proc does not find its own place, so it is told; what it downloads goes with the copy."""
    room = copy.parent
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shop = Workshop(root, copy, ("chroot", str(root)), {})
    env = {
        "GOTOOLCHAIN": "local",
        "GOROOT": "/usr/lib/go",
        "GOCACHE": shop.inside(room / "cache"),
        "GOMODCACHE": shop.inside(room / "modules"),
        "GOFLAGS": "-modcacherw -buildvcs=false",
        "HOME": shop.inside(room),
        "TMPDIR": "/tmp",
    }
    if _CERTIFICATES.exists():  # the machine may trust more than Debian does
        shutil.copy(_CERTIFICATES, room / "certificates.crt")
        env["SSL_CERT_FILE"] = shop.inside(room / "certificates.crt")
    return Workshop(root, copy, shop.prefix, env)


def new_enough(version: str) -> bool:
    """Whether `go env GOVERSION` said a version that irmago builds with."""
    found = re.match(r"go(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= GO_NEEDED


def _go_version() -> str:
    if shutil.which("go") is None:
        return ""
    words = ["go", "env", "GOVERSION"]
    env = {**os.environ, "GOTOOLCHAIN": "local"}
    return subprocess.run(words, capture_output=True, text=True, timeout=30, env=env).stdout
