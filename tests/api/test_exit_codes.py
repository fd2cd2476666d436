"""Exit 0 if and only if PASSED: held over every vector that is a whole request."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.effects.files import LocalFiles
from api.effects.trust_store import LocalTrustStore, Stored
from fixtures.build import VECTORS
from fixtures.case import CASE, Trust, VerdictCase, read_case
from verifier.outcome import Outcome

from .conftest import Program

FOLDERS = tuple(
    path.parent for path in sorted(VECTORS.glob(f"*/*/{CASE}")) if isinstance(read_case(path.parent), VerdictCase)
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_exit_0_if_and_only_if_passed(folder: Path, program: Program) -> None:
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    arguments = ["--policy", str(folder / case.policy), "--now", case.now.strftime("%Y-%m-%dT%H:%M:%SZ")]
    arguments += [word for path in case.evidence for word in ("--evidence", str(folder / path))]
    arguments += [word for path in case.keys for word in ("--trust", str(folder / path))]
    arguments += ["--release", case.release] if case.release is not None else []
    for trust in case.trust:
        _store(trust, (folder / trust.file).read_bytes())
    digests = [f"{algorithm}:{value}" for algorithm, value in case.artifact.digests.items()] or ["sha256:"]
    ran = program("verify", digests[0], *arguments)
    first = ran.text.split()[0] if ran.text else "ERROR"
    assert ran.code == Outcome(first).exit_code
    assert (ran.code == 0) is (first == "PASSED")


def _store(trust: Trust, content: bytes) -> None:
    if trust.dated is not None:
        LocalTrustStore(LocalFiles()).put(Stored(trust.name, content, trust.dated, "added", "a vector"))
