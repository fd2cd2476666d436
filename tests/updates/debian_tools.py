"""apt and gpgv, each with the same keys, before the same mirror, in a root of their own."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from .archives import RELEASE
from .seen import ACCEPTS, REFUSES, SILENT, WAITS, Peer

TOOLS = ("apt", "gpgv")

_CONFIGURATION = """\
Dir "{root}";
Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Log "{root}/var/log";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Retries "0";
"""


def version(tool: str) -> str | None:
    """The version of a tool on this machine; None where there is none."""
    path = shutil.which("apt-get" if tool == "apt" else tool)
    if path is None:
        return None
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    found = re.search(r"\b([0-9]+\.[0-9]+[0-9.]*)", said)
    return found[1] if found is not None else "unknown"


class Apt:
    """An apt that knows the archive at `address`, with the keys of `keyring`; `more` are lines of its configuration."""

    def __init__(self, root: Path, address: str, keyring: bytes, more: str = "") -> None:
        self._root = root
        for name in ("etc/apt/preferences.d", "etc/apt/apt.conf.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
            (root / name).mkdir(parents=True)
        for name in ("var/cache/apt/archives/partial", "var/log", "got"):
            (root / name).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        (root / "archive.asc").write_bytes(_one_block(keyring))
        source = f"deb [signed-by={root / 'archive.asc'}] {address} seven main\n"
        (root / "etc/apt/sources.list").write_text(source, encoding="utf-8")
        (root / "apt.conf").write_text(_CONFIGURATION.format(root=root) + more, encoding="utf-8")

    def take(self, deb: Path) -> Peer:
        """Update, then download the package: whether that is `deb`, and what apt said."""
        update = self._run("update")
        for path in (self._root / "got").iterdir():
            path.unlink()
        download = self._run("download", "endpoint")
        got = [path.read_bytes() for path in (self._root / "got").glob("*.deb")]
        said = self._told(f"{update.stdout}\n{update.stderr}\n{download.stderr}")
        if download.returncode == 0 and got == [deb.read_bytes()]:
            return Peer(ACCEPTS, said)
        return Peer(REFUSES if update.returncode or download.returncode or said else SILENT, said)

    def waits(self, seconds: float) -> Peer:
        """Update, and be watched for so long: whether apt is still waiting then, or what it said."""
        with subprocess.Popen(
            ["apt-get", "update"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                _, said = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Peer(WAITS)
        return Peer(REFUSES, self._told(said))

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "APT_CONFIG": str(self._root / "apt.conf")}

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["apt-get", *words]
        return subprocess.run(
            command,
            cwd=self._root / "got",
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    def _told(self, said: str) -> str:
        """The first error, else the first warning, without what differs from run to run."""
        lines = [line for mark in ("E: ", "W: ", "Err:") for line in said.splitlines() if line.startswith(mark)]
        return scrubbed(lines[0].replace(str(self._root.parent), "…")) if lines else ""


def gpgv(folder: Path, mirror: Path, keyring: bytes) -> Peer:
    """Whether gpgv takes the signature of the Release that `mirror` serves, and what it said."""
    ring = folder / "archive.gpg"
    ring.write_bytes(_packets(keyring))
    command = ["gpgv", "--homedir", str(folder), "--keyring", str(ring), str(mirror / RELEASE)]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    lines = [line.removeprefix("gpgv: ") for line in ran.stderr.splitlines()]
    bad = [line for line in lines if re.match(r"BAD|Can't check|verify signatures failed|no ", line)]
    return Peer(REFUSES, scrubbed(bad[0]) if bad else "") if ran.returncode else Peer(ACCEPTS)


def scrubbed(line: str) -> str:
    """A line without times, key ids and paths of this run."""
    line = re.sub(r"copy:\S*?/mirror", "copy:…", line)
    line = re.sub(r"\b[0-9A-F]{16,40}\b", "…", line)
    return re.sub(r"\(invalid (since|for another) [^)]*\)", r"(invalid \1 …)", line)[:200]


def _packets(armoured: bytes) -> bytes:
    blocks = re.findall(rb"-----BEGIN [^\n]*\n\n(.*?)-----END", armoured, re.DOTALL)
    return b"".join(base64.b64decode(block) for block in blocks)


def _one_block(armoured: bytes) -> bytes:
    """Several certificates in one block of armour: apt reads the first block of a file alone."""
    packed = base64.encodebytes(_packets(armoured))
    return b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + packed + b"-----END PGP PUBLIC KEY BLOCK-----\n"
