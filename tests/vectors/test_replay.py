"""Each verdict out of its record again: the same request, the same report, the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from verifier.engine import judge
from verifier.record import read_record, write_record
from verifier.report import render_report

from .runner import request


def _requests() -> list[Path]:
    """The folders of cases that lead to a request: no single file, no policy that cannot be used."""
    folders = sorted(path.parent for path in VECTORS.glob(f"*/*/{CASE}"))
    cases = {folder: read_case(folder) for folder in folders}
    return [
        folder
        for folder, case in cases.items()
        if isinstance(case, VerdictCase) and not case.expect.reason.startswith("policy.")
    ]


@pytest.mark.parametrize("folder", _requests(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_record_replays_byte_for_byte(folder: Path) -> None:
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    asked = request(case, folder)
    report = render_report(judge(asked))
    record = write_record(asked, report)
    again, recorded = read_record(record, "record.json")
    assert recorded == report
    assert render_report(judge(again)) == report
    assert write_record(again, report) == record
