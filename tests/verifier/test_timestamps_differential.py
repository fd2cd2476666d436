"""The same timestamps, asked of others: `rfc3161-client` with the certificate pinned, and `openssl`.

Where we accept, they accept; where they refuse, so do we, but for the differences that a test here names and argues.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from attestations.faults import Fault
from fixtures.world.keys import ec_key
from verifier.timestamps import verify_timestamp
from verifier.trust import TrustRoot

from ..values import replace
from .making import AT, INTERMEDIATE, ROOT, Wanted, timestamp_authority, trusting
from .oracles import absent, openssl, pem, real_tokens, trust_of, without_openssl
from .stamping import CHAIN, MESSAGE, STAMP, TSA, Stamp

SECOND = datetime.timedelta(seconds=1)


def asked_of_client(token: bytes, message: bytes, trust: TrustRoot) -> datetime.datetime | None:
    """The time that `rfc3161-client` finds under the pinned certificates of `trust`, None where it refuses."""
    for authority_ in trust.timestamp_authorities:
        first, *above = (x509.load_der_x509_certificate(each) for each in authority_.chain)
        builder = VerifierBuilder(tsa_certificate=first, roots=above[-1:] or [first], intermediates=above[:-1])
        try:
            response = decode_timestamp_response(token)
            builder.build().verify_message(response, message)
        except (VerificationError, ValueError):
            continue
        at: datetime.datetime = response.tst_info.gen_time
        if at in authority_.window:
            return at
    return None


def asked_of_us(token: bytes, message: bytes, trust: TrustRoot) -> datetime.datetime | None:
    try:
        return verify_timestamp(token, message, trust).at
    except Fault:
        return None


@absent
@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")
def test_rfc3161_client_finds_the_same_times() -> None:
    """Pinned, it agrees on every genuine token, and on each of them with a changed byte and over another message."""
    times = set()
    for token, message, path in real_tokens():
        trust = trust_of(path)
        broken = token[:-1] + bytes([token[-1] ^ 1])
        for question in ((token, message, trust), (token, message + b".", trust), (broken, message, trust)):
            assert asked_of_us(*question) == asked_of_client(*question)
        times.add(asked_of_us(token, message, trust))
    assert len(times - {None}) > 10


MALLORY = ec_key("mallory")
STAMPS: dict[str, tuple[Stamp, tuple[Wanted, ...]]] = {
    "honest": (STAMP, CHAIN),
    "embedded": (replace(STAMP, embeds=CHAIN), CHAIN),
    "sha512": (replace(STAMP, imprint="sha512"), CHAIN),
    "another key": (replace(STAMP, key=MALLORY), CHAIN),
    "another message": (replace(STAMP, message=b"another"), CHAIN),
    "another digest": (replace(STAMP, attributes={"message_digest": [b"\x00" * 32]}), CHAIN),
    "expired": (replace(STAMP, names=replace(TSA, end=AT - SECOND)), (replace(TSA, end=AT - SECOND), *CHAIN[1:])),
    "expired above": (STAMP, (TSA, replace(INTERMEDIATE, end=AT - SECOND), ROOT)),
}


@pytest.mark.parametrize("name", STAMPS)
def test_rfc3161_client_agrees_on_what_is_made(name: str) -> None:
    stamp, chain = STAMPS[name]
    trust = trusting(timestamp_authority(*chain))
    answer = asked_of_us(stamp.response(), MESSAGE, trust)
    assert answer == asked_of_client(stamp.response(), MESSAGE, trust)
    assert (answer == AT) is (name in ("honest", "embedded", "sha512"))


@pytest.mark.parametrize("attributes", [
    {"content_type": None},
    {"content_type": ["data"]},
    {"signing_certificate_v2": None},
    {"signing_certificate_v2": [{"certs": [{"cert_hash": b"\x00" * 32}]}]},
])  # fmt: skip
def test_rfc3161_client_leaves_open_what_was_signed_and_for_which_certificate(attributes: dict[str, Any]) -> None:
    """Known differences: RFC 5652 11.1 asks for the content's type, RFC 3161 2.4.2 for the certificate's hash."""
    response = replace(STAMP, attributes=attributes).response()
    trust = trusting(timestamp_authority(*CHAIN))
    assert asked_of_client(response, MESSAGE, trust) == AT
    assert asked_of_us(response, MESSAGE, trust) is None


@pytest.mark.parametrize(
    "info",
    [
        {"extensions": [{"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}]},
        {"accuracy": {"seconds": 24 * 60 * 60}},
    ],
)
def test_rfc3161_client_leaves_open_what_else_a_timestamp_says(info: dict[str, Any]) -> None:
    """Known differences: what is critical must be understood, and a time that may be off by a day says nothing here."""
    response = replace(STAMP, info=info).response()
    trust = trusting(timestamp_authority(*CHAIN))
    assert asked_of_client(response, MESSAGE, trust) == AT
    assert asked_of_us(response, MESSAGE, trust) is None


@without_openssl
@pytest.mark.parametrize("name", STAMPS)
def test_openssl_agrees_on_timestamps(name: str, tmp_path: Path) -> None:
    stamp, chain = STAMPS[name]
    (tmp_path / "reply").write_bytes(stamp.response())
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "root.pem").write_bytes(pem(chain[-1]))
    (tmp_path / "chain.pem").write_bytes(pem(*chain[:-1]))
    command = ["ts", "-verify", "-in", "reply", "-data", "message", "-CAfile", "root.pem", "-untrusted", "chain.pem"]
    theirs = openssl(tmp_path, *command, "-attime", str(int(AT.timestamp())))
    assert theirs is (asked_of_us(stamp.response(), MESSAGE, trusting(timestamp_authority(*chain))) is not None)
