"""What statements say, by predicate type: one file each, and one line in `READERS`.

A reader takes the predicate's `Node` (its pointer is ``/predicate``) and gives a typed value. A type without a reader
is an `UnknownPredicate`: authenticated as much as any other, and understood by no check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..faults import FormatFault, Place
from ..statements import Statement
from ..strict_json import Node, shown
from . import (
    link,
    manifest,
    npm_publish,
    reference,
    release,
    simple_result,
    slsa_provenance_v01,
    slsa_provenance_v02,
    slsa_provenance_v1,
    test_result,
    verification_summary,
)
from .link import LinkPredicate
from .manifest import ManifestPredicate
from .npm_publish import Publication
from .provenance import Provenance
from .reference import Reference
from .release import ReleasePredicate
from .simple_result import SimpleResult
from .test_result import ResultsOfTests
from .unknown import UnknownPredicate
from .verification_summary import VerificationSummary

Predicate = (
    LinkPredicate
    | ManifestPredicate
    | Provenance
    | Publication
    | Reference
    | ReleasePredicate
    | SimpleResult
    | ResultsOfTests
    | UnknownPredicate
    | VerificationSummary
)

READERS: Mapping[str, Callable[[Node], Predicate]] = {
    slsa_provenance_v01.PREDICATE_TYPE: slsa_provenance_v01.read,
    slsa_provenance_v02.PREDICATE_TYPE: slsa_provenance_v02.read,
    slsa_provenance_v1.PREDICATE_TYPE: slsa_provenance_v1.read,
    npm_publish.PREDICATE_TYPE: npm_publish.read,
    link.PREDICATE_TYPE: link.read,
    manifest.PREDICATE_TYPE: manifest.read,
    **dict.fromkeys(release.PREDICATE_TYPES, release.read),
    verification_summary.PREDICATE_TYPE: verification_summary.read,
    simple_result.PREDICATE_TYPE: simple_result.read,
    simple_result.OLDER: simple_result.read_older,
    test_result.PREDICATE_TYPE: test_result.read,
    reference.PREDICATE_TYPE: reference.read,
}

PROVENANCE_TYPES = frozenset(
    (slsa_provenance_v01.PREDICATE_TYPE, slsa_provenance_v02.PREDICATE_TYPE, slsa_provenance_v1.PREDICATE_TYPE)
)
"""The types whose reader gives `Provenance`."""

WITHOUT_CONTENT = frozenset({"https://docs.pypi.org/attestations/publish/v1"})
"""Types whose predicate may be null or absent; in every other, a missing predicate is a missing claim (T05)."""


def read_predicate(statement: Statement, *, source: str = "") -> Predicate:
    """Read what an authenticated statement says.

    Raises:
        FormatFault: ``predicate.missing``, and those of the type's reader.
    """
    kind = statement.predicate_type
    if statement.predicate is None:
        if kind in WITHOUT_CONTENT:
            return UnknownPredicate(kind, None)
        raise FormatFault(
            "predicate.missing",
            "a statement without a predicate",
            place=Place(source, "/predicate"),
            expected=f"a predicate of type {shown(kind)}",
        )
    read = READERS.get(kind)
    if read is None:
        return UnknownPredicate(kind, statement.predicate)
    return read(Node(statement.predicate, source, "/predicate"))


__all__ = [
    "PROVENANCE_TYPES",
    "READERS",
    "WITHOUT_CONTENT",
    "ManifestPredicate",
    "Predicate",
    "Provenance",
    "Publication",
    "Reference",
    "ReleasePredicate",
    "ResultsOfTests",
    "SimpleResult",
    "UnknownPredicate",
    "VerificationSummary",
    "read_predicate",
]
