"""Every vector as a report in every form, and every honest one asked again by the commands of its dossier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.effects.files import LocalFiles
from api.effects.trust_store import LocalTrustStore, Stored
from api.usecases.dossier import dossier
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from fixtures.recipes.scene import RELEASE
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.request import Request

from ..vectors.runner import request
from .conftest import Program
from .test_dossier import commands
from .test_html import ALLOWED, Read
from .test_sarif import schema


def _cases() -> dict[str, tuple[Path, VerdictCase]]:
    """The cases that lead to a verdict."""
    folders = sorted(path.parent for path in VECTORS.glob(f"*/*/{CASE}"))
    read = {f"{folder.parent.name}/{folder.name}": (folder, read_case(folder)) for folder in folders}
    return {
        name: (folder, case)
        for name, (folder, case) in read.items()
        if isinstance(case, VerdictCase) and not case.expect.reason.startswith("policy.")
    }


CASES = _cases()

ABOUT_THE_RELEASE = [
    name
    for name, (_, case) in CASES.items()
    if case.expect.outcome == "PASSED"
    and case.artifact.digests == {"sha256": RELEASE.sha256}
    and not case.artifact.declared
]
"""The honest ones about the one release whose bytes are at hand, and which declares nothing of itself."""


def asked(name: str) -> Request:
    folder, case = CASES[name]
    return request(case, folder)


@pytest.mark.parametrize("name", CASES)
def test_a_vector_has_a_report_in_every_form(name: str) -> None:
    verdict = judge(asked(name))
    files = dossier(asked(name), verdict)
    log = json.loads(files["report.sarif"])
    assert [error.message for error in schema().iter_errors(log)] == []
    errors = [result for result in log["runs"][0]["results"] if result["level"] == "error"]
    assert bool(errors) is (verdict.outcome is not Outcome.PASSED)
    for path in ("report.html", "index.html"):
        page = Read(files[path])
        assert {tag for tag, _ in page.elements} <= ALLOWED | {"pre"}
        assert verdict.outcome.value in page.text


@pytest.mark.parametrize("name", ABOUT_THE_RELEASE)
def test_the_commands_of_a_dossier_lead_to_its_verdict(
    name: str, here: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what lies in it alone, under whatever names it lies there, and with the reader's own trust roots."""
    request_ = asked(name)
    for root in request_.trust:
        LocalTrustStore(LocalFiles()).put(Stored(root.name, root.content, root.dated, "added", "a test"))
    LocalFiles().write_directory("dossier", dossier(request_, judge(request_)))
    monkeypatch.chdir(here / "dossier")
    Path(request_.artifact.name).write_bytes(RELEASE.content)
    words = commands(Path())[2]
    ran = program(*words[1:], "--format", "json")
    assert (ran.code, ran.errors) == (0, b"")
    assert (
        json.loads(ran.output)["predicate"]["policy"]
        == json.loads(Path("report.json").read_bytes())["predicate"]["policy"]
    )
