"""What a statement says beyond its subjects, in words for people who look into a file. Nothing of it is verified."""

from __future__ import annotations

from collections.abc import Iterator

from attestations.faults import Fault
from attestations.predicates import Reference, ResultsOfTests, SimpleResult, VerificationSummary, read_predicate
from attestations.sboms import FORMATS, Sbom, format_of
from attestations.statements import Statement
from attestations.strict_json import Node
from verifier.policy.plain import format_time

_LISTED = 10
"""Names and references that are listed; of more it is said how many."""

Said = tuple[str, str]


def said(statement: Statement) -> Iterator[Said]:
    """What SBOMs, test results, references and verdicts say, as (what, text); of any other statement nothing."""
    try:
        name = format_of(statement.predicate_type)
        if name is not None:
            yield from _sbom(FORMATS[name](Node(statement.predicate, pointer="/predicate")))
            return
        predicate = read_predicate(statement)
    except Fault as fault:
        yield "predicate", f"cannot be read: {fault.detail} [{fault.reason}]"
        return
    if isinstance(predicate, ResultsOfTests):
        yield from _tests(predicate)
    elif isinstance(predicate, Reference):
        yield from _references(predicate)
    elif isinstance(predicate, VerificationSummary):
        yield from _summary(predicate)
    elif isinstance(predicate, SimpleResult):
        yield "verdict", f"by {predicate.verifier.value}, at {format_time(predicate.time)}"
        yield "holds", ", ".join(claim.value for claim in predicate.properties[:_LISTED]) or "nothing"


def _sbom(sbom: Sbom) -> Iterator[Said]:
    yield "sbom", f"{sbom.format} {sbom.version}, {sbom.components} components, {sbom.files} files"
    for root in sbom.roots[:_LISTED]:
        words = [claim.value for claim in (root.name, root.version) if claim is not None]
        yield "sbom of", "  ".join([*words, *map(str, root.digests)]) or "something without a name"
    if sbom.tools:
        yield "made by", ", ".join(sbom.tools[:_LISTED])
    if sbom.created is not None:
        yield "dated", sbom.created.value


def _tests(results: ResultsOfTests) -> Iterator[Said]:
    counts = (len(results.passed), len(results.warned), len(results.failed))
    yield "tests", "{}: {} passed, {} warned, {} failed".format(results.result.value, *counts)
    for name in results.failed[:_LISTED]:
        yield "failed", name
    if len(results.failed) > _LISTED:
        yield "failed", f"and {len(results.failed) - _LISTED} more"


def _references(reference: Reference) -> Iterator[Said]:
    for each in reference.references[:_LISTED]:
        digests = " ".join(map(str, each.digests)) or "no digest"
        yield "refers to", f"{each.download_location}  {digests}  ({each.media_type})"
    if len(reference.references) > _LISTED:
        yield "refers to", f"and {len(reference.references) - _LISTED} more documents"


def _summary(summary: VerificationSummary) -> Iterator[Said]:
    when = f", at {format_time(summary.time)}" if summary.time is not None else ", at no stated time"
    yield "verdict", f"{summary.result.value} by {summary.verifier.value}{when}"
    yield "of", summary.resource.value
    yield "levels", ", ".join(claim.value for claim in summary.levels[:_LISTED]) or "none"
    if summary.policy is not None:
        yield "under", "  ".join(filter(None, (summary.policy.uri, *map(str, summary.policy.digests))))
