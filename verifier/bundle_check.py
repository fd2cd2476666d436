"""Does a verdict bundle hold together: one verifier, one artifact, one report, and a summary that says what is asked?

    vsa  ─── checked by `verdict_check` ─── names ──► report, by digest
    svr  ─── same key, verifier, subject, policy; no property that the summary does not state

The summary decides. What stands beside it can only take away: an envelope that does not belong to it was put there by
somebody else, or by mistake.

Spec: countersign design, section 10
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import partial

from msgspec.structs import replace

from attestations.bundles import Bundle, Envelope, Evidence, NoMaterial
from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.predicates import SimpleResult, VerificationSummary, read_predicate
from attestations.statements import Subject, parse_statement
from attestations.verdict_bundles import VerdictBundle

from .checks.check import Met
from .faults import CheckFault
from .gather import sha256
from .key_files import TrustedKey
from .outcome import combine
from .results import Source, passed, refused
from .summary import REPORT
from .verdict import CheckResult
from .verdict_check import CLAUSE, About, Checked, Expectations, check_summary, signed_by


def summary_in(envelope: Envelope, source: str, digest: Digest) -> Evidence:
    """The summary of the bundle in the file called `source` whose SHA-256 is `digest`, as evidence."""
    return _evidence(envelope, "/vsa", source, digest)


def check_bundle(
    bundle: VerdictBundle,
    summaries: tuple[Evidence, ...],
    expected: Expectations,
    *,
    about: About | None,
    keys: tuple[TrustedKey, ...],
    now: datetime.datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """Check a bundle and its `summary_in`, none where it has none; the rest as in `check_summary`."""
    if not summaries:
        result = refused("summary", CheckFault("vsa.absent", "the bundle holds no summary"), clause=CLAUSE)
        return Checked(result.outcome, (result,), None)
    (vsa,) = summaries
    checked = check_summary(vsa, expected, about=about, keys=keys, now=now, limits=limits)
    if checked.summary is None:
        return checked
    beside = tuple(_beside(bundle, vsa, checked, expected, keys, now, limits))
    results = (*checked.results, *beside)
    outcome = combine(result.outcome for result in results if not result.finding)
    return replace(checked, outcome=outcome, results=results)


def _evidence(envelope: Envelope, pointer: str, source: str, digest: Digest) -> Evidence:
    return Evidence(source, pointer, digest, Bundle("dsse", envelope, NoMaterial()))


def _beside(
    bundle: VerdictBundle,
    vsa: Evidence,
    checked: Checked,
    expected: Expectations,
    keys: tuple[TrustedKey, ...],
    now: datetime.datetime,
    limits: Limits,
) -> Iterator[CheckResult]:
    """What stands beside the summary: signed by the same key where it is an envelope, and saying the same."""
    summary = checked.summary
    assert summary is not None
    parts: list[tuple[str, str, Envelope | None, Callable[[], Met]]] = [
        ("report", "/report/envelope", bundle.report, partial(_report, bundle, summary))
    ]
    if bundle.svr is not None:
        same = partial(_simple_result, bundle.svr, vsa.source, summary, checked.subjects, limits)
        parts.append(("svr", "/svr", bundle.svr, same))
    for name, pointer, envelope, step in parts:
        source = Source(vsa.digest, vsa.source, pointer if envelope is not None else "/report")
        try:
            if envelope is not None:
                signed_by(_evidence(envelope, pointer, vsa.source, vsa.digest), expected, keys, now)
            met = step()
        except Fault as fault:
            yield refused(name, fault, source=source)
        else:
            yield passed(name, met, source=source)


def check_report(summary: VerificationSummary, report: Digest) -> None:
    """The summary names the report that the bundle says it sums up. Raises: CheckFault ``vsa.report``."""
    named = summary.extensions.get(REPORT)
    stated = named.get("digest") if isinstance(named, dict) else None
    if stated != {"sha256": report.hex}:
        raise _other_report(report, f"{REPORT} of the summary")


def _report(bundle: VerdictBundle, summary: VerificationSummary) -> Met:
    """The summary, the bundle and the signed report mean one report."""
    check_report(summary, bundle.report_digest)
    if bundle.report is not None and sha256(bundle.report.payload) != bundle.report_digest:
        raise _other_report(bundle.report_digest, str(sha256(bundle.report.payload)))
    return Met(f"sums up the report {bundle.report_digest}", actual=str(bundle.report_digest))


def _other_report(expected: Digest, actual: str) -> CheckFault:
    return CheckFault("vsa.report", "another report", expected=str(expected), actual=actual)


def _simple_result(
    envelope: Envelope, source: str, summary: VerificationSummary, subjects: tuple[Subject, ...], limits: Limits
) -> Met:
    """The simple result says of the same artifact, by the same verifier and policy, no more than the summary does."""
    statement = parse_statement(envelope.payload, source=source, limits=limits)
    result = read_predicate(statement, source=source)
    if not isinstance(result, SimpleResult):
        raise _contradicted("predicateType", "a simple result", statement.predicate_type)
    if result.verifier.value != summary.verifier.value:
        raise _contradicted("verifier", summary.verifier.value, result.verifier.value)
    if statement.subjects != subjects:
        raise _contradicted("subject", "the summary's", "another")
    if result.time != summary.time or result.policies != (summary.policy,):
        raise _contradicted("policy and time", "the summary's", "others")
    stated = {level.value for level in summary.levels}
    more = [claim.value for claim in result.properties if claim.value not in stated]
    if more or summary.result.value != "PASSED":
        raise _contradicted("properties", ", ".join(sorted(stated)), ", ".join(more))
    return Met("the properties are those of the summary")


def _contradicted(what: str, expected: str, actual: str) -> CheckFault:
    detail = f"its {what} is not that of the summary"
    return CheckFault("svr.contradicted", detail, place=Place(), expected=expected, actual=actual)
