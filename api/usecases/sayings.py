"""What a statement says beyond its subjects, in words for people who look into a file. Nothing of it is verified."""

from __future__ import annotations

from collections.abc import Iterator

from attestations.faults import Fault
from attestations.predicates import Reference, ResultsOfTests, read_predicate
from attestations.sboms import FORMATS, Sbom, format_of
from attestations.statements import Statement
from attestations.strict_json import Node

_LISTED = 10
"""Names and references that are listed; of more it is said how many."""

Said = tuple[str, str]


def said(statement: Statement) -> Iterator[Said]:
    """The claims of an SBOM, of test results or of references as (what, text); none of any other statement."""
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
