"""The gate: how long it takes to start, what one decision costs offline, and a large file through it.

What a decision cannot do without is its *floor*: the file's hash, the check of the vendor's signature, what was asked
for read off the disk, and the two writes that must be on the disk before anybody acts on it.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from api.effects.files import LocalFiles
from api.effects.terminal import StandardTerminal
from api.effects.trust_store import LocalTrustStore
from api.gate.decisions import Action
from api.gate.gate import Asked, Effects, Gate
from api.gate.settings import GateSettings, Guard
from api.gate.states import States
from attestations.bundles import Envelope
from attestations.dsse import pae
from attestations.evidence import read_evidence
from fixtures.fleets import KEY, POLICY, STATE, Fleet
from verifier.keys import PublicKey, load_pem
from verifier.signatures import verify

from .rows import Budget, Row
from .subjects import BIN
from .timing import cpu, in_turn, wall, whole_process

SMALL, LARGE = 100_000, 160 * 1024 * 1024
"""Bytes of an updater's file, and of a database of signatures."""

DECISIONS = 20
"""Decisions in a round: one by itself is too short to time."""

FLOOR = "import cryptography.hazmat.primitives.asymmetric.ec, cryptography.hazmat.primitives.serialization, msgspec"
"""What every process must load that checks a signature and reads what was signed."""


class Scene(Struct, frozen=True):
    """A file of the fleet's release, and its manifest."""

    fleet: Fleet
    artifact: Path
    manifest: Path

    def command(self) -> list[str]:
        return [str(BIN / "countersign"), *self.fleet.check(self.artifact, self.manifest)]


def rows() -> Iterator[Row]:
    """Start-up; a decision offline in process; a large file through the command."""
    with tempfile.TemporaryDirectory() as folder:
        scene = _scene(Path(folder), "endpoint.exe", SMALL)
        floor = whole_process([sys.executable, "-c", FLOOR])
        loaded, against = in_turn(
            whole_process([sys.executable, "-c", "import api.gate.gate"]), floor, rounds=15, clock=wall
        )
        name = "import of the gate, cold process: wall time against that of Python, cryptography and msgspec"
        yield Row(name, loaded * 1e3, "ms", against * 1e3, Budget(2))
        decided, against = in_turn(whole_process(scene.command()), floor, rounds=15, clock=wall)
        name = "countersign gate check, cold process: wall time against that of Python, cryptography and msgspec"
        yield Row(name, decided * 1e3, "ms", against * 1e3, Budget(2.5))
        yield _offline(scene)
        yield _large(_scene(Path(folder), "daily.cvd", LARGE))


def _scene(folder: Path, name: str, size: int) -> Scene:
    folder = folder / name
    folder.mkdir()
    States(folder / STATE).begin()
    with (folder / "file").open("wb") as file:
        file.truncate(size)
    fleet, artifact = Fleet(folder), (folder / "file").rename(folder / name)
    return Scene(fleet, artifact, fleet.release(712, artifact))


def _offline(scene: Scene) -> Row:
    """A decision in a process that is warm: the file read, the evidence, policy, trust and state too, all written."""
    folder = scene.fleet.folder
    files = LocalFiles()
    guard = Guard(str(folder / POLICY), (str(folder / KEY),), (str(scene.manifest),))
    effects = Effects(files, StandardTerminal(show_progress=False), LocalTrustStore(files))
    gate = Gate(GateSettings(str(folder / STATE), (guard,)), effects)
    at = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
    key = load_pem((folder / KEY).read_bytes())

    def ours() -> None:
        for _ in range(DECISIONS):
            decision = gate.check(Asked((str(scene.artifact),)), at)
            if decision.action is not Action.ALLOW:
                raise ValueError(f"only what is allowed shows its whole cost, and this is {decision.action.value}")

    def floor() -> None:
        for _ in range(DECISIONS):
            _floor(scene, key)

    value, against = in_turn(ours, floor, rounds=7, clock=cpu)
    name = "a gate's decision in process, offline: CPU against its hash, signature check, reads and writes"
    return Row(name, value / DECISIONS * 1e3, "ms", against / DECISIONS * 1e3, Budget(5))


def _floor(scene: Scene, key: PublicKey) -> None:
    """The work that no gate gets around, and nothing else."""
    folder = scene.fleet.folder
    with scene.artifact.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    for path in (folder / POLICY, folder / KEY, folder / STATE / "releases.000001.json"):
        path.read_bytes()
    (evidence,) = read_evidence(scene.manifest.name, scene.manifest.read_bytes())
    envelope = evidence.bundle.content  # type: ignore[union-attr]  # it is our own, and reads
    assert isinstance(envelope, Envelope)
    verify(key, envelope.signatures[0].value, pae(envelope.payload_type, envelope.payload), scheme=None)
    for name, mode in (("offer", "wb"), ("line", "ab")):
        with (folder / name).open(mode) as file:
            file.write(bytes(400))
            file.flush()
            os.fsync(file.fileno())


def _large(scene: Scene) -> Row:
    """From start to exit, with everything read through the page cache by both."""
    theirs = whole_process(["openssl", "dgst", "-sha256", str(scene.artifact)])
    value, against = in_turn(whole_process(scene.command()), theirs, rounds=7, clock=wall)
    name = "a database of 160 MiB through the gate, cold process: wall time against openssl dgst -sha256"
    return Row(name, value * 1e3, "ms", against * 1e3, Budget(2.5))
