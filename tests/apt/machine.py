"""A machine with apt in a directory: real apt and dpkg, an archive of its own, and a gate that apt asks.

Nothing of it touches the system's own apt: its configuration names the directory as the root of all that is read and
written, and dpkg installs below it.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.gate.states import States
from fixtures.recipes.debian import KEY, PATH
from fixtures.recipes.scene import MOMENT, fingerprint
from fixtures.world.debian import entry, index, release
from fixtures.world.keys import SigningKey
from fixtures.world.openpgp import certificate, clearsigned

from .conftest import Installer, begin_root

PROGRAMS = ("apt-get", "dpkg", "dpkg-deb", "gpgv")
SENSES = datetime.datetime(2026, 3, 13, 9, 0, tzinfo=datetime.UTC)
"""When the archive was first published: real clocks are later."""

FOR_EVER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)

APT = """\
Dir "{root}";
Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Bin::dpkg "/usr/bin/dpkg";
Dir::Log "{root}/var/log/apt";
DPkg::Options {{ "--root={root}"; "--force-not-root"; "--force-script-chrootless"; "--log=/dev/null"; }};
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
quiet "2";
"""

POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/endpoint"
version = 1

[signers.archive]
group = "acme"
key = "{fingerprint}"

[[require]]
check = "debian"
signer = "archive"
origin = "acme"
codename = "seven"
component = "main"
architecture = "amd64"
current = true
"""

GATE = """\
format = "countersign.gate/1"
state = "state"

[[guard]]
policy = "endpoint.toml"
trust = ["archive.asc"]
evidence = ["{lists}_*"]
"""


FAILS = '#!/bin/sh\ntest ! -e "$DPKG_ROOT/fails"\n'
"""A script of a package that fails while there is a file ``fails`` in the root."""


def deb(folder: Path, version: str, *, name: str = "endpoint", called: str | None = None, script: str = "") -> Path:
    """A package with one file, which says its version; `called` is what its file name says, `script` configures it."""
    tree = folder / f"{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr" / "share" / name).mkdir(parents=True)
    (tree / "usr" / "share" / name / "version").write_text(version)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: acme <it@acme.example>\n"
    (tree / "DEBIAN" / "control").write_text(f"{control}Description: for tests\n")
    if script:
        (tree / "DEBIAN" / "postinst").write_text(script)
        (tree / "DEBIAN" / "postinst").chmod(0o755)
    target = folder / "pool" / f"{name}_{called or version}_amd64.deb"
    target.parent.mkdir(exist_ok=True)
    subprocess.run(["dpkg-deb", "-Znone", "--build", str(tree), str(target)], check=True, capture_output=True)
    shutil.rmtree(tree)
    return target


def _as_apt_names(path: str) -> str:
    return path.replace("_", "%5f").replace("/", "_")


class Archive:
    """A signed repository in a directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def publish(
        self, hour: int, *packages: Path, key: SigningKey = KEY, until: datetime.datetime = FOR_EVER, **says: str
    ) -> None:
        """Serve these packages, as of an hour. `says` is what the index says of the last one instead."""
        entries = [self._entry(package) for package in packages]
        if says:
            entries[-1] |= {name.capitalize(): value for name, value in says.items()}
        listed = index(*entries) + b"\n"  # apt, which upgrades, wants the last entry to be closed like the others
        text = release({PATH: listed}, SENSES + hour * HOUR, until)
        place = self.folder / "dists" / "seven"
        (place / PATH).parent.mkdir(parents=True, exist_ok=True)
        (place / PATH).write_bytes(listed)
        (place / "InRelease").write_bytes(clearsigned(text, key, MOMENT))

    def _entry(self, package: Path) -> dict[str, str]:
        name, version, _ = package.stem.split("_")
        fields = entry(package.read_bytes(), name, version)
        return fields | {"Filename": str(package.relative_to(self.folder)), "Description": "for tests"}


class Machine:
    """A root with apt, whose sources are one archive."""

    def __init__(self, folder: Path, install: Installer, name: str = "root") -> None:
        for program in PROGRAMS:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not there: apt itself is asked")
        self.folder, self.root = folder, folder / name
        self.archive = Archive(folder / "archive")
        self.archive.folder.mkdir()
        self._begin_apt()
        self._begin_gate()
        self.installation = install(self.root, self.gate / "gate.toml")

    def _begin_apt(self) -> None:
        begin_root(self.root)
        for name in ("etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d", "var/log/apt"):
            (self.root / name).mkdir(parents=True)
        for name in ("lib/dpkg/info", "lib/dpkg/updates", "lib/apt/lists/partial", "cache/apt/archives/partial"):
            (self.root / "var" / name).mkdir(parents=True)
        (self.root / "var/lib/dpkg/status").write_bytes(b"")
        keyring = self.root / "etc/apt/archive.asc"
        keyring.write_bytes(certificate(KEY, MOMENT))
        source = f"deb [signed-by={keyring}] file:{self.archive.folder} seven main\n"
        (self.root / "etc/apt/sources.list").write_text(source)
        (self.folder / "apt.conf").write_text(APT.format(root=self.root))

    def _begin_gate(self) -> None:
        self.gate = self.root / "etc" / "countersign"
        self.gate.mkdir()
        lists = self.root / "var/lib/apt/lists" / _as_apt_names(f"{self.archive.folder}/dists/seven")
        (self.gate / "gate.toml").write_text(GATE.format(lists=lists))
        (self.gate / "endpoint.toml").write_text(POLICY.format(fingerprint=fingerprint(KEY)))
        (self.gate / "archive.asc").write_bytes(certificate(KEY, MOMENT))
        States(self.gate / "state").begin()

    def apt(self, *words: str, options: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run apt-get; what it and the gate say is in one text."""
        more = [word for name, value in (options or {}).items() for word in ("-o", f"{name}={value}")]
        variables = os.environ | {"APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        command = ["apt-get", "--yes", *more, *words]
        return subprocess.run(
            command,
            env=variables,
            check=False,
            text=True,
            timeout=120,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def updated(self, options: Mapping[str, str] | None = None) -> None:
        """Have apt get the indexes, which it must be content with."""
        ran = self.apt("update", options=options)
        assert (ran.returncode, "W:" in ran.stdout) == (0, False), ran.stdout

    def forget_indexes(self) -> None:
        """Let apt start anew: itself it would keep an index that is newer, or signed."""
        shutil.rmtree(self.root / "var/lib/apt/lists")
        (self.root / "var/lib/apt/lists/partial").mkdir(parents=True)

    def version(self, name: str = "endpoint") -> str | None:
        """What of a package is on the disk; None where there is nothing."""
        file = self.root / "usr" / "share" / name / "version"
        return file.read_text() if file.exists() else None

    def actions(self) -> list[str]:
        """What the gate did, by its journal."""
        journal = self.gate / "state" / "decisions.jsonl"
        return [json.loads(line)["action"] for line in journal.read_bytes().splitlines()] if journal.exists() else []

    def accepted(self) -> bytes:
        """The gate's state."""
        return States(self.gate / "state").present()
