"""What is done with an input: it is read to the end, used as its users use it, and held to what must then be true."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import cast

from msgspec import structs

from api.effects.files import Files
from api.render.inspection import claims, heading
from api.render.layout import Look
from api.render.lines import fault_line
from api.render.sarif import sarif
from api.render.text import screen
from api.usecases.inspect import inspect
from attestations.digests import Digest
from attestations.documents import Document
from attestations.documents.checksums import parse_checksums
from attestations.dsse import parse_envelope
from attestations.evidence import read_evidence
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.log_entries import READERS, parse_body
from attestations.notes import parse_vkey
from attestations.predicates import read_predicate, simple_result, verification_summary
from attestations.sboms import FORMATS
from attestations.statements import parse_statement
from attestations.strict_json import Node, loads
from attestations.verdict_bundles import write_verdict_bundle
from fixtures.build import VECTORS
from fixtures.case import VerdictCase, read_case
from verifier.certificates import fulcio, roles
from verifier.certificates.certificate import parse_certificate
from verifier.certificates.identities import read_signer
from verifier.certificates.paths import Path as CertificatePath
from verifier.certificates.paths import signed_by
from verifier.engine import judge
from verifier.notes import note_key
from verifier.opinions import Opinion
from verifier.policy.diff import diff
from verifier.policy.lint import lint
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest
from verifier.policy.toml import to_toml
from verifier.record import read_record, write_record
from verifier.report import render_report
from verifier.report_diff import diff_reports, read_report
from verifier.request import EvidenceFile, Request
from verifier.sbom_schemas import check_schema
from verifier.sboms import roots_of
from verifier.trust import CertificateAuthority
from verifier.windows import UNBOUNDED

from ..attestations import documents
from ..attestations.documents import encode
from ..attestations.samples import SAMPLES, read_all
from ..vectors.runner import request

Reading = Callable[[bytes], object]
"""Reads an input, and raises a `Fault` or returns those it collected on the way; all else is a bug."""


def of_text(read: Callable[[str], object]) -> Reading:
    """A reading of what is text to its reader: bytes that are no UTF-8 never reach it."""

    def reading(data: bytes) -> object:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return read(text)

    return reading


def of_node(read: Callable[[Node], object]) -> Reading:
    """A reading of a part of a JSON document."""
    return lambda data: read(Node(loads(data), "input"))


def evidence(data: bytes) -> list[Fault]:
    """A file of evidence, down to its statements, their predicates and the bodies of its log entries."""
    return read_all(read_evidence("input", data))


def envelope(data: bytes) -> object:
    return parse_envelope(Node(loads(data), "input"), DEFAULT_LIMITS)


def statement(data: bytes) -> object:
    return read_predicate(parse_statement(data))


def checksums(data: bytes) -> object:
    return parse_checksums(Document("input", Digest("sha256", "00" * 32), data, "checksums"), DEFAULT_LIMITS)


def sbom(data: bytes) -> list[Fault]:
    """An SBOM, in each format that there is, whose root and schema are then looked at."""
    node = Node(loads(data), "input")
    faults = []
    for read in FORMATS.values():
        try:
            found = read(node)
            roots_of(found)
            check_schema(found, node)
        except Fault as fault:
            faults.append(fault)
    return faults


def entry_body(data: bytes) -> list[Fault]:
    """A log entry's body, as each kind and version that there is."""
    return [fault for kind, version in READERS for fault in _refused(lambda: parse_body(kind, version, data))]  # noqa: B023  called at once


def vkey(text: str) -> object:
    return note_key(parse_vkey(text))


def certificate(data: bytes) -> list[Fault]:
    """A certificate, held to every profile, its signer read whatever they say."""
    parsed = parse_certificate(data)
    path = CertificatePath(
        (parsed,), CertificateAuthority("input", "", (parsed.der,), UNBOUNDED), parsed.handle.not_valid_before_utc
    )
    work = (
        lambda: parsed.key,
        lambda: roles.check_root(parsed),
        lambda: roles.check_issuer(parsed),
        lambda: roles.check_signer(parsed),
        lambda: fulcio.check_leaf(parsed),
        lambda: signed_by(parsed, parsed),
        lambda: read_signer(path),
    )
    return [fault for each in work for fault in _refused(each)]


def policy(data: bytes) -> None:
    """A policy, which must come back from both of its written forms as itself."""
    parsed = parse_policy(data, "input", DEFAULT_LIMITS)
    lint(parsed)
    again = parse_policy(to_toml(parsed).encode(), "input", DEFAULT_LIMITS)
    assert again == parsed and digest(again) == digest(parsed), "a policy is another after it was written"
    assert not diff(parsed, again), "a policy differs from itself"


def replayed(data: bytes) -> None:
    """A record, judged anew and written again: it must then give the same report for good."""
    asked, _ = read_record(data, "input")
    _steady(asked)


def recorded(vectors: Iterable[str]) -> tuple[bytes, ...]:
    """Records of the requests of vectors, another engine's opinion among them."""
    asked = tuple(map(_request, vectors))
    first = structs.replace(asked[0], opinions=(_OPINION,))
    return tuple(write_record(each, render_report(judge(each))) for each in (*asked, first))


_OPINION = Opinion("sigstore", "4.5.1", Digest("sha256", "00" * 32), "input", "", "", "refuses", "in its own words")


def samples() -> tuple[bytes, ...]:
    """The sample documents, evidence and other."""
    return tuple(sample.data for sample in SAMPLES.values())


def statements() -> tuple[bytes, ...]:
    """Statements of every predicate type that is read and that no vector makes: about nothing, with all members."""
    verifier = {"id": "https://verifier.example", "policies": [{"uri": "https://policy.example", "digest": {}}]}
    summary = {
        "verifier": verifier,
        "timeVerified": "2026-01-01T00:00:00.5+01:00",
        "resourceUri": "pkg:generic/endpoint@7.1.0",
        "policy": {"uri": "https://policy.example", "digest": {"sha256": "00" * 32}},
        "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_UNEVALUATED"],
        "dependencyLevels": {"SLSA_BUILD_LEVEL_1": 2},
        "slsaVersion": "1.1",
    }
    result = {"verifier": verifier, "timeCreated": "2026-01-01T00:00:00Z", "properties": ["VI_SIGNED_1"]}
    said = (
        (verification_summary.PREDICATE_TYPE, summary),
        (simple_result.PREDICATE_TYPE, result),
        (simple_result.OLDER, result),
    )
    return tuple(encode(documents.STATEMENT | {"predicateType": kind, "predicate": what}) for kind, what in said)


def verdict_bundles() -> tuple[bytes, ...]:
    """A verdict bundle of all parts, and one of none."""
    report, envelope = Digest("sha256", "00" * 32), encode(documents.ENVELOPE)
    return (
        write_verdict_bundle(report, envelope=envelope, vsa=envelope, svr=envelope),
        write_verdict_bundle(report, envelope=None, vsa=None, svr=None),
    )


def reports(vectors: Iterable[str]) -> tuple[bytes, ...]:
    """Reports of the verdicts on vectors."""
    return tuple(render_report(judge(asked)) for asked in map(_request, vectors))


def report(data: bytes) -> None:
    """A report, held against itself."""
    parsed = read_report(data, source="input")
    assert not diff_reports(parsed, parsed), "a report differs from itself"


def evidence_of(vector: str, file: int) -> tuple[bytes, ...]:
    """One file of the evidence of a vector."""
    return (_request(vector).evidence[file].content,)


def judged(vector: str, file: int) -> Reading:
    """A reading of evidence in the place of a file in the request of a vector."""

    def reading(data: bytes) -> None:
        asked = _request(vector)
        evidence = list(asked.evidence)
        evidence[file] = EvidenceFile(evidence[file].name, data)
        _steady(structs.replace(asked, evidence=tuple(evidence)))

    return reading


def _steady(asked: Request) -> None:
    verdict = judge(asked)
    _printable(screen(verdict, LOOK))
    json.loads(sarif([verdict]))
    report = render_report(verdict)
    again, kept = read_record(write_record(asked, report), "record", structs.replace(DEFAULT_LIMITS, record=1 << 30))
    assert kept == report and render_report(judge(again)) == report, "a verdict is another when it is replayed"


class OneFile:
    """A file system in which every path leads to the input."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, _path: str, _limit: str, _limits: Limits) -> bytes:
        return self._content


def inspected(data: bytes) -> None:
    """A file of evidence as `countersign inspect` shows it: no more reaches the terminal than may (T99)."""
    seen = inspect("input", cast(Files, OneFile(data)), DEFAULT_LIMITS)
    _printable(heading(seen.name, seen.digest, seen.size, LOOK))
    for bundle in seen.seen:
        _printable(claims(bundle.place, bundle.carrier, bundle.claims, LOOK))
    for fault in seen.faults:
        _printable(fault_line(fault, "", LOOK))


LOOK = Look(width=60, colour=False)


def _printable(text: str) -> None:
    wrong = {character for character in text if not (character.isprintable() or character == "\n")}
    assert not wrong, f"a screen with {wrong}"


@cache
def _request(vector: str) -> Request:
    folder = VECTORS / Path(vector)
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    return request(case, folder)


def _refused(work: Callable[[], object]) -> list[Fault]:
    try:
        work()
    except Fault as fault:
        return [fault]
    return []
