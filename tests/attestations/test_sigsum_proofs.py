"""Sigsum proofs: one spelling, at most one cosignature a witness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault
from attestations.sigsum_proofs import PROOF_MAX, SigsumCosignature, SigsumProof, parse_sigsum_proof

from ..values import replace

HASH = st.binary(min_size=32, max_size=32)
SIGNATURE = st.binary(min_size=64, max_size=64)
NUMBER = st.integers(0, (1 << 63) - 1)
COSIGNATURES = st.lists(
    st.builds(SigsumCosignature, HASH, NUMBER, SIGNATURE), max_size=3, unique_by=lambda each: each.key_hash
).map(tuple)


@st.composite
def proofs(draw: st.DrawFn) -> SigsumProof:
    size = draw(st.integers(1, (1 << 63) - 1))
    return SigsumProof(
        log=draw(HASH),
        submitter=draw(HASH),
        leaf_signature=draw(SIGNATURE),
        size=size,
        root=draw(HASH),
        signature=draw(SIGNATURE),
        cosignatures=draw(COSIGNATURES),
        index=draw(NUMBER) if size > 1 else 0,
        hashes=tuple(draw(st.lists(HASH, max_size=4))) if size > 1 else (),
    )


def written(proof: SigsumProof) -> bytes:
    """A proof as its document writes it."""
    lines = [
        "version=2",
        f"log={proof.log.hex()}",
        f"leaf={proof.submitter.hex()} {proof.leaf_signature.hex()}",
        "",
        f"size={proof.size}",
        f"root_hash={proof.root.hex()}",
        f"signature={proof.signature.hex()}",
        *(f"cosignature={c.key_hash.hex()} {c.timestamp} {c.signature.hex()}" for c in proof.cosignatures),
    ]
    if proof.size > 1:
        lines += ["", f"leaf_index={proof.index}", *(f"node_hash={value.hex()}" for value in proof.hashes)]
    return "".join(f"{line}\n" for line in lines).encode()


WITNESS = SigsumCosignature(bytes(32), 5, bytes(64))
PROOF = SigsumProof(bytes(32), bytes(32), bytes(64), 4, bytes(32), bytes(64), (WITNESS,), 3, (bytes(32),))
GOOD = written(PROOF)


@given(proofs())
def test_what_is_written_is_read_back(proof: SigsumProof) -> None:
    assert parse_sigsum_proof(written(proof)) == proof


@given(proofs(), st.data())
def test_a_changed_proof_is_refused_or_is_another_one(proof: SigsumProof, data: st.DataObject) -> None:
    before = written(proof)
    at = data.draw(st.integers(0, len(before) - 1))
    after = before[:at] + data.draw(st.binary(max_size=2)) + before[at + 1 :]
    try:
        read = parse_sigsum_proof(after)
    except FormatFault as fault:
        assert fault.reason in ("proof.malformed", "proof.version")
    else:
        assert written(read) == after


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_a_typed_fault(data: bytes) -> None:
    with pytest.raises(FormatFault, match=r"proof\.(malformed|version)"):
        parse_sigsum_proof(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GOOD[:-1], id="no newline at the end"),
        pytest.param(GOOD + b"\n", id="a blank line at the end"),
        pytest.param(GOOD.replace(b"\n\nleaf_index", b"\nleaf_index"), id="parts run together"),
        pytest.param(GOOD.replace(b"size=4", b"size=04"), id="a leading zero"),
        pytest.param(GOOD.replace(b"size=4", b"size=0"), id="an empty tree"),
        pytest.param(GOOD.replace(b"size=4", b"size=1"), id="an index in a tree of one leaf"),
        pytest.param(GOOD.replace(b"size=4", b"size=9223372036854775808"), id="a size of 2^63"),
        pytest.param(GOOD.replace(b"log=00", b"log=0A"), id="upper-case hex"),
        pytest.param(GOOD[: GOOD.index(b"\nleaf_index")], id="no index in a tree of four leaves"),
        pytest.param(GOOD + b"node_hash=" + b"0" * 64 + b"\n" * 2, id="text after the proof"),
        pytest.param(GOOD.ljust(PROOF_MAX + 1, b"\n"), id="too long"),
    ],
)
def test_what_is_not_a_proof_is_malformed(data: bytes) -> None:
    with pytest.raises(FormatFault, match=r"proof\.malformed"):
        parse_sigsum_proof(data)


def test_a_tree_of_one_leaf_needs_no_index() -> None:
    alone = replace(PROOF, size=1, index=0, hashes=())
    assert b"leaf_index" not in written(alone)
    assert parse_sigsum_proof(written(alone)) == alone


def test_t25_one_witness_cosigns_once() -> None:
    line = GOOD[GOOD.index(b"cosignature=") : GOOD.index(b"\nleaf_index")]
    later = line.replace(b" 5 ", b" 6 ")
    with pytest.raises(FormatFault, match="one witness cosigned twice"):
        parse_sigsum_proof(GOOD.replace(line, line + later))


def test_another_version_is_named() -> None:
    with pytest.raises(FormatFault, match=r"proof\.version"):
        parse_sigsum_proof(GOOD.replace(b"version=2", b"version=1"))
