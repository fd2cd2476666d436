"""The corpus' own files: all real evidence is read, and what is not is refused for a reason that its makers meant.

Needs the corpus beside the tree (``../shared/corpus``), as `tests.corpus` does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.bundles import Envelope, Evidence
from attestations.evidence import Unreadable, read_evidence, read_evidence_files
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load

from .documents import ENVELOPE, b64, encode
from .samples import pointers, read_all, replaced
from .test_hostile import assert_known

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


@cache
def files() -> tuple[bytes, ...]:
    """Every file of evidence once, in the order of its bytes."""
    return tuple(sorted({case.read(role) for case in cases() for role in ROLES if role in case.files}))


@cache
def documents() -> tuple[Any, ...]:
    return tuple(json.loads(data) for data in files() if _is_json(data))


@given(st.data())
def test_real_evidence_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(files())))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 8))
        content[position : position + length] = data.draw(st.binary(max_size=8))
    assert_known(read_all(read_evidence("evidence", bytes(content))))


@cache
def statements() -> tuple[Any, ...]:
    """The payloads that are JSON, each once."""
    items = [item for data in files() for item in read_evidence("evidence", data) if isinstance(item, Evidence)]
    contents = {item.bundle.content.payload for item in items if isinstance(item.bundle.content, Envelope)}
    return tuple(json.loads(payload) for payload in sorted(contents) if payload.startswith(b"{") and _is_json(payload))


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def spliced(data: st.DataObject, values: tuple[Any, ...]) -> Any:
    """One of `values` with parts of another in places where they do not belong."""
    value, other = data.draw(st.sampled_from(values)), data.draw(st.sampled_from(values))
    for _ in range(data.draw(st.integers(1, 3))):
        part = other
        for step in data.draw(st.sampled_from([*pointers(other)])):
            part = part[step]
        value = replaced(value, data.draw(st.sampled_from([*pointers(value)])), part)
    return value


@given(st.data())
def test_t94_real_evidence_with_parts_of_other_evidence_is_read_or_refused(data: st.DataObject) -> None:
    assert_known(read_all(read_evidence("evidence", encode(spliced(data, documents())))))


@given(st.data())
def test_t94_real_statements_with_parts_of_other_statements_are_read_or_refused(data: st.DataObject) -> None:
    envelope = {**ENVELOPE, "payload": b64(encode(spliced(data, statements())))}
    assert_known(read_all(read_evidence("evidence", encode(envelope))))
