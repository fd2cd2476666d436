"""Replay a record: judge it again out of itself alone, and compare the report byte for byte.

A record holds all that a verdict follows from, so neither network nor store nor clock is asked. Another version of ours
may word a report differently: then the bytes differ, and the fault names both versions.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.limits import Limits
from verifier.engine import judge
from verifier.faults import RecordFault
from verifier.record import read_record
from verifier.report import render_report
from verifier.request import Request
from verifier.verdict import Verdict

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from ..version import VERSION
from .artifacts import measure


class Replayed(Struct, frozen=True):
    """What was recorded, the verdict that comes out of it now, its report, and why that is not the recorded one.

    `fault` is None where it is.
    """

    request: Request
    verdict: Verdict
    report: bytes
    fault: Fault | None


def replay(path: str, artifact: str | None, files: Files, terminal: Terminal, limits: Limits) -> Replayed:
    """Judge the record at `path` again; `artifact` is a file that must be the record's artifact.

    Its `fault` is ``record.differs`` where another report comes out, ``record.artifact_mismatch`` where the file is
    another.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
        Fault: ``record.*`` where the record cannot be read.
    """
    request, recorded = read_record(files.read(path, "record", limits), shown(path), limits)
    verdict = judge(request)
    report = render_report(verdict)
    fault: Fault | None = None
    if report != recorded:
        fault = RecordFault(
            "record.differs",
            "another report comes out of the record than the one in it",
            place=Place(shown(path)),
            expected=f"the report of version {request.version}, {_digest(recorded)}",
            actual=f"that of version {VERSION}, {_digest(report)}",
        )
    elif artifact is not None:
        fault = _mismatch(request, artifact, files, terminal)
    return Replayed(request, verdict, report, fault)


def _digest(report: bytes) -> str:
    return f"sha256:{hashlib.sha256(report).hexdigest()}"


def _mismatch(request: Request, artifact: str, files: Files, terminal: Terminal) -> Fault | None:
    recorded = request.artifact.digests
    with terminal.progress(shown(artifact), files.size(artifact)) as advance:
        measured = measure(artifact, (digest.algorithm for digest in recorded), files, advance)
    for digest in recorded:
        found = measured.digests.get(digest.algorithm)
        if found != digest:
            detail = "the file is not the artifact of the record"
            place = Place(shown(artifact))
            return RecordFault("record.artifact_mismatch", detail, place=place, expected=str(digest), actual=str(found))
    return None
