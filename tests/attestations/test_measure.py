"""Measurers: what is computed over chunks is what is computed over the whole."""

from __future__ import annotations

import hashlib
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import STRONG
from attestations.limits import MIB
from attestations.measure import DigestMeasurer, Measurements, Measurer

ALGORITHMS = st.sets(st.sampled_from(sorted(STRONG)), min_size=1)


@given(ALGORITHMS, st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_chunks_add_up_to_the_whole(algorithms: set[str], data: bytes, cuts: list[int]) -> None:
    measurer: Measurer[Measurements] = DigestMeasurer(algorithms)
    for start, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        measurer.feed(memoryview(data)[start:end])
    measured = measurer.finish()
    assert measured.size == len(data)
    assert {digest.algorithm: digest.hex for digest in measured.digests} == {
        name: hashlib.new(name, data).hexdigest() for name in algorithms
    }


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_chunk_is_any_buffer_of_bytes(kind: type) -> None:
    measurer = DigestMeasurer({"sha256"})
    measurer.feed(kind(b"artifact"))
    assert measurer.finish().size == 8


def test_memory_does_not_grow_with_the_artifact() -> None:
    chunk = bytes(MIB)
    measurer = DigestMeasurer(STRONG)
    tracemalloc.start()
    try:
        for _ in range(16):
            measurer.feed(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert measurer.finish().size == 16 * MIB
    assert peak < 64 * 1024


@pytest.mark.parametrize("algorithms", [set(), {"sha1"}, {"sha256", "md5"}, {"SHA256"}])
def test_only_strong_digests_are_measured(algorithms: set[str]) -> None:
    with pytest.raises(ValueError, match="sha256"):
        DigestMeasurer(algorithms)


def test_a_finished_measurer_takes_no_more() -> None:
    measurer = DigestMeasurer({"sha256"})
    first = measurer.finish()
    with pytest.raises(ValueError, match="finishing"):
        measurer.feed(b"more")
    assert measurer.finish() == first
