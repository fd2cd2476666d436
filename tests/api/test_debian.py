"""A Debian archive at the command line: the verdict on a package, and the gate that lets none go back."""

from __future__ import annotations

import datetime
import json
import lzma
from pathlib import Path

import pytest

from fixtures.recipes.debian import KEY, MALLORY, PATH, TOMORROW, YESTERDAY
from fixtures.recipes.scene import MOMENT, fingerprint
from fixtures.world.debian import entry, index, package, release
from fixtures.world.openpgp import certificate, clearsigned

from .conftest import Program

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
AT = ("--now", "2026-03-14T09:00:00Z")
GIVEN = ("-e", "InRelease", "-e", "Packages.xz", "--policy", "debian.toml", "--trust", "archive.pgp", *AT)
CHECK = ("gate", "check", "--state", "gate", *GIVEN)
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
codename = "seven"
component = "main"
architecture = "amd64"
max_age = "7d"
current = true
"""


class Mirror:
    """A directory with what a mirror served last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "debian.toml").write_text(POLICY.format(fingerprint=fingerprint(KEY)))
        (folder / "archive.pgp").write_bytes(certificate(KEY, MOMENT))

    def serve(self, hour: int, *versions: str, key: object = KEY, called: str = "") -> tuple[str, ...]:
        """The archive of an hour, with packages of these versions; their files. `called` is what the index says."""
        files = {f"endpoint_{version}_amd64.deb": package(version=version) for version in versions}
        listed = index(
            *(
                entry(content, version=called or version)
                for content, version in zip(files.values(), versions, strict=True)
            )
        )
        packed = lzma.compress(listed)
        text = release({f"{PATH}.xz": packed}, YESTERDAY + datetime.timedelta(hours=hour), TOMORROW)
        made = {"InRelease": clearsigned(text, key, MOMENT), "Packages.xz": packed, **files}  # type: ignore[arg-type]  # a key
        for name, content in made.items():
            (self.folder / name).write_bytes(content)
        return tuple(files)


@pytest.fixture
def mirror(here: Path) -> Mirror:
    return Mirror(here)


def reasons(folder: Path) -> set[str]:
    last = (folder / "gate" / "decisions.jsonl").read_bytes().splitlines()[-1]
    return set(json.loads(last)["reasons"])


def test_a_package_gets_a_verdict_with_every_reason(mirror: Mirror, program: Program) -> None:
    (mirror.folder / "debian.toml").write_text(
        POLICY.format(fingerprint=fingerprint(KEY)).replace("current = true\n", "")
    )
    (file,) = mirror.serve(1, "7.1.0")
    good = program("verify", file, *GIVEN)
    assert good.code == 0, good.text
    assert "debian.header: endpoint 7.1.0 amd64" in good.text
    (mirror.folder / file).write_bytes(package(version="7.0.9"))
    assert "debian.unlisted" in program("verify", file, *GIVEN).text


def test_the_gate_follows_an_archive(mirror: Mirror, program: Program) -> None:
    assert program("gate", "init", "--state", "gate").code == 0
    both = mirror.serve(2, "7.1.0", "7.1.1")
    assert program(*CHECK, *both).code == 0
    assert program("gate", "accept", "--state", "gate", *both).code == 0
    (old,) = mirror.serve(1, "7.0.0")
    assert (program(*CHECK, old).code, reasons(mirror.folder)) == (1, {"update.rollback"})
    (new,) = mirror.serve(3, "7.2.0")
    assert program(*CHECK, new).code == 0
    assert "acme/acme-endpoint/seven" in program("gate", "show", "--state", "gate").text


@pytest.mark.parametrize(
    ("change", "reason"), [({"key": MALLORY}, "signature.invalid"), ({"called": "7.2.0"}, "debian.header")]
)
def test_the_gate_blocks(mirror: Mirror, program: Program, change: dict[str, str], reason: str) -> None:
    program("gate", "init", "--state", "gate")
    (file,) = mirror.serve(1, "7.1.0", **change)
    assert program(*CHECK, file).code == 1
    assert reason in reasons(mirror.folder)


def test_a_keyring_shows_the_keys_to_pin(mirror: Mirror, program: Program) -> None:
    assert fingerprint(KEY) in program("key", "show", "archive.pgp").text
