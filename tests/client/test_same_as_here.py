"""`remote verify` is `verify`, done elsewhere: the same flags, the same report byte for byte, the same exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import main
from api.effects.clock import SystemClock
from api.effects.files import LocalFiles
from api.effects.trust_store import LocalTrustStore, Stored
from fixtures.build import VECTORS
from fixtures.case import VerdictCase, read_case

from .conftest import Asker

pytestmark = pytest.mark.loopback

CASES = (
    # area/case, what it comes to under the service's own time
    ("good/provenance-in-rekor-v1", "PASSED"),
    ("company/a-workflow-and-a-key", "PASSED"),
    ("sbom/signed-beside", "PASSED"),
    ("source/t14-ref-told-in-two-ways", "FAILED"),
    ("manifest/expired", "FAILED"),
    ("log/t27-two-entries-of-one-log", "INCOMPLETE"),
    ("signer/t26-one-party-signed-twice", "INCOMPLETE"),
    ("carrier/cosign-simple-signing", "ERROR"),
    ("trust/certificate-malformed", "ERROR"),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own store, empty, and an empty directory to work in."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def _flags(folder: Path) -> list[str]:
    """The command line that a case stands for; its trust roots are in the user's store, as of now."""
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    store = LocalTrustStore(LocalFiles())
    flags = [f"sha256:{case.artifact.digests['sha256']}", "--policy", str(folder / case.policy)]
    for root in case.trust:
        store.put(Stored(root.name, (folder / root.file).read_bytes(), SystemClock().now(), "added", "a test"))
        flags += ["--trust", root.name]
    for name in case.keys:
        flags += ["--trust", str(folder / name)]
    for name in case.evidence:
        flags += ["-e", str(folder / name)]
    return [*flags, *(("--release", case.release) if case.release is not None else ()), "--format", "json"]


@pytest.mark.parametrize(("name", "outcome"), CASES)
def test_a_report_from_there_is_the_report_from_here(name: str, outcome: str, asker: Asker, home: Path) -> None:
    flags = _flags(VECTORS / name)
    there = main(["remote", "verify", *flags, "-o", "there.json", "--record", "record", *asker.flags])
    report = json.loads((home / "there.json").read_bytes())["predicate"]
    here = main(["verify", *flags, "-o", "here.json", "--now", report["time"], "--second-opinion"])
    assert (home / "there.json").read_bytes() == (home / "here.json").read_bytes()
    assert (there, report["outcome"]) == (here, outcome)
    assert main(["replay", "record", "-q"]) == here
