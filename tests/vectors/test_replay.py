"""Each verdict out of its record again: the same request, the same report, the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestations.faults import Fault
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from verifier.engine import judge
from verifier.record import read_record, write_record
from verifier.report import render_report

from .runner import request

FOLDERS = sorted(path.parent for path in VECTORS.glob(f"*/*/{CASE}"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_record_replays_byte_for_byte(folder: Path) -> None:
    case = read_case(folder)
    if not isinstance(case, VerdictCase):
        pytest.skip("a reading has no record")
    try:
        asked = request(case, folder)
    except Fault:
        pytest.skip("a policy that cannot be used leads to no request")
    report = render_report(judge(asked))
    record = write_record(asked, report)
    again, recorded = read_record(record, "record.json")
    assert recorded == report
    assert render_report(judge(again)) == report
    assert write_record(again, report) == record
