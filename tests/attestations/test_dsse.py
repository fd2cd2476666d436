"""DSSE: the signed bytes are exact, and an envelope is read in one way."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.bundles import Envelope, EnvelopeSignature
from attestations.dsse import pae, parse_envelope
from attestations.faults import FormatFault
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads

from .documents import ENVELOPE, encode


def read(document: dict[str, Any]) -> Envelope:
    return parse_envelope(Node(loads(encode(document)), "envelope.json"), DEFAULT_LIMITS)


def test_the_encoding_of_a_type_and_a_payload() -> None:
    assert pae("text/x", b"two words") == b"DSSEv1 6 text/x 9 two words"
    assert pae("", b"") == b"DSSEv1 0  0 "


@pytest.mark.parametrize(("kind", "length"), [("application/é", 14), ("𐀀", 4), ("e\u0301", 3)])
def test_lengths_count_bytes_and_not_characters(kind: str, length: int) -> None:
    assert pae(kind, "é".encode()) == b"DSSEv1 %d %b 2 \xc3\xa9" % (length, kind.encode())


@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_two_contents_never_have_one_encoding(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert (pae(*one) == pae(*other)) == (one == other)


def test_a_payload_cannot_pose_as_a_type() -> None:
    assert pae("a 1 b", b"") != pae("a", b"b 0 ")


SIGNATURES = st.builds(EnvelopeSignature, value=st.binary(min_size=1), keyid=st.text())
ENVELOPES = st.builds(
    Envelope,
    payload=st.binary(),
    payload_type=st.text(),
    signatures=st.lists(SIGNATURES, min_size=1, max_size=16).map(tuple),
)


@given(ENVELOPES, st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]), st.booleans())
def test_an_envelope_is_read_back_from_either_alphabet(envelope: Envelope, alphabet: Any, padded: bool) -> None:
    def text(data: bytes) -> str:
        encoded: str = alphabet(data).decode()
        return encoded if padded else encoded.rstrip("=")

    document = {
        "payload": text(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": [{"sig": text(one.value), "keyid": one.keyid} for one in envelope.signatures],
    }
    assert read(document) == envelope


@pytest.mark.parametrize("signature", [{}, {"keyid": None}, {"unknown": 1}])
def test_a_key_id_may_be_absent_and_unknown_members_are_ignored(signature: dict[str, Any]) -> None:
    document = {**ENVELOPE, "signatures": [{"sig": "YQ==", **signature}], "unknown": []}
    assert read(document).signatures == (EnvelopeSignature(b"a", ""),)


@pytest.mark.parametrize("kind", ["application/vnd.in-toto+json", "text/plain", "application/vnd.in-toto.x+json", ""])
def test_t02_the_payload_type_is_kept_as_it_stands(kind: str) -> None:
    assert read({**ENVELOPE, "payloadType": kind}).payload_type == kind


@pytest.mark.parametrize("signatures", [[], [{"sig": ""}], [{"sig": "YQ=="}, {"sig": ""}]])
def test_t74_an_envelope_without_a_signature_is_refused(signatures: list[Any]) -> None:
    with pytest.raises(FormatFault) as caught:
        read({**ENVELOPE, "signatures": signatures})
    assert caught.value.reason == "envelope.unsigned"


@pytest.mark.parametrize("member", ["payload", "payloadType", "signatures"])
def test_t94_every_member_is_required(member: str) -> None:
    with pytest.raises(FormatFault) as caught:
        read({name: value for name, value in ENVELOPE.items() if name != member})
    assert (caught.value.reason, str(caught.value.place)) == ("json.missing", f"envelope.json#/{member}")
