"""Log proofs of C2SP: one spelling, the checkpoint verbatim."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault, LimitFault
from attestations.tlog_proofs import TlogProof, parse_tlog_proof

HASH = st.binary(min_size=32, max_size=32)
PROOFS = st.builds(
    TlogProof,
    index=st.integers(0, (1 << 63) - 1),
    hashes=st.lists(HASH, max_size=63).map(tuple),
    checkpoint=st.binary(min_size=1, max_size=80),
    extra=st.none() | st.binary(min_size=1, max_size=40),
)
GOOD = b"c2sp.org/tlog-proof@v1\nindex 7\n" + b64encode(bytes(32)) + b"\n\ncheckpoint\n"


def written(proof: TlogProof) -> bytes:
    """A proof as the specification writes it."""
    extra = b"" if proof.extra is None else b"extra %b\n" % b64encode(proof.extra)
    hashes = b"".join(b64encode(value) + b"\n" for value in proof.hashes)
    return b"c2sp.org/tlog-proof@v1\n%bindex %d\n%b\n%b" % (extra, proof.index, hashes, proof.checkpoint)


@given(PROOFS)
def test_what_is_written_is_read_back(proof: TlogProof) -> None:
    assert parse_tlog_proof(written(proof)) == proof


@given(PROOFS, st.data())
def test_a_changed_proof_is_refused_or_is_another_one(proof: TlogProof, data: st.DataObject) -> None:
    before = written(proof)
    at = data.draw(st.integers(0, len(before) - 1))
    after = before[:at] + data.draw(st.binary(max_size=2)) + before[at + 1 :]
    try:
        read = parse_tlog_proof(after)
    except FormatFault as fault:
        assert fault.reason == "proof.malformed"
    else:
        assert written(read) == after


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_a_typed_fault(data: bytes) -> None:
    with pytest.raises(FormatFault, match=r"proof\.malformed"):
        parse_tlog_proof(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GOOD.replace(b"@v1", b"@v2"), id="another version"),
        pytest.param(GOOD.replace(b"index 7\n", b""), id="no index"),
        pytest.param(GOOD.replace(b"index 7", b"index 07"), id="a leading zero"),
        pytest.param(GOOD.replace(b"index 7", b"index -7"), id="a negative index"),
        pytest.param(GOOD.replace(b"index 7", b"index 9223372036854775808"), id="an index of 2^63"),
        pytest.param(GOOD.replace(b"index 7", b"index  7"), id="two spaces"),
        pytest.param(GOOD.replace(b"index 7", b"extra \nindex 7"), id="extra without content"),
        pytest.param(GOOD.replace(b"index 7", b"index 7\nextra AAAA"), id="extra in another place"),
        pytest.param(GOOD.replace(b"index 7", b"extra AAAA\nextra AAAA\nindex 7"), id="extra twice"),
        pytest.param(GOOD.replace(b"AAA=", b"AAB="), id="base64 with loose bits"),
        pytest.param(GOOD.replace(b64encode(bytes(32)), b64encode(bytes(31))), id="a short hash"),
        pytest.param(GOOD.replace(b"\n\n", b"\n"), id="no blank line"),
        pytest.param(GOOD.removesuffix(b"checkpoint\n"), id="no checkpoint"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="carriage returns"),
    ],
)
def test_what_is_not_a_proof_is_malformed(data: bytes) -> None:
    assert data != GOOD
    with pytest.raises(FormatFault, match=r"proof\.malformed"):
        parse_tlog_proof(data)


def test_t91_a_path_is_as_long_as_a_tree_is_high() -> None:
    path = b64encode(bytes(32)) + b"\n"
    assert len(parse_tlog_proof(GOOD.replace(path, path * 63)).hashes) == 63
    with pytest.raises(FormatFault, match=r"at most 63"):
        parse_tlog_proof(GOOD.replace(path, path * 64))


def test_t91_a_proof_is_measured_before_it_is_read() -> None:
    longest = GOOD + bytes((1 << 20) - len(GOOD))
    assert parse_tlog_proof(longest).index == 7
    with pytest.raises(LimitFault, match=r"limit\.note"):
        parse_tlog_proof(longest + b"\0")
