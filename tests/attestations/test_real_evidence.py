"""The corpus' own files: all real evidence is read, and what is not is refused for a reason that its makers meant.

Needs the corpus beside the tree (``../shared/corpus``), as `tests.corpus` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from attestations.bundles import Evidence
from attestations.evidence import Unreadable, read_evidence_files
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load

FAMILIES = frozenset({"dsse-key", "gh-attestation", "npm-attestation", "pep740", "sigstore-bundle", "slsa-provenance"})
ROLES = ("oci_index", "att_manifest", "dsse_layer", "provenance", "bundle", "attestation", "attestations", "envelope")

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the corpus of real cases is not beside this tree")


@cache
def cases() -> tuple[Case, ...]:
    folder = unpacked()
    return tuple(case for case in load(folder / "cases.jsonl", folder / "data") if case.family in FAMILIES)


def read(case: Case) -> tuple[Evidence | Unreadable, ...]:
    return read_evidence_files([(role, case.read(role)) for role in ROLES if role in case.files])


def refused() -> Iterator[tuple[Case, Unreadable]]:
    for case in cases():
        for item in read(case):
            if isinstance(item, Unreadable):
                yield case, item


def test_there_is_evidence_of_every_kind() -> None:
    carriers = Counter(
        item.bundle.carrier.partition("/")[0] for case in cases() for item in read(case) if isinstance(item, Evidence)
    )
    assert carriers.keys() >= {"sigstore-bundle", "dsse", "cosign-layer", "gcb", "pep740"}


def test_no_file_is_of_an_unknown_format() -> None:
    assert not [case.id for case, item in refused() if item.fault.reason.startswith("format.")]


def test_no_limit_is_met_by_real_evidence() -> None:
    assert not [case.id for case, item in refused() if item.fault.reason.startswith("limit.")]


def test_whatever_its_makers_accept_is_read() -> None:
    """A list may hold one good bundle among damaged ones: it counts as read where one was."""
    unread = {
        case.id: item.fault.reason
        for case, item in refused()
        if case.expect == "pass" and not case.contested and not any(isinstance(one, Evidence) for one in read(case))
    }
    assert unread == {}
