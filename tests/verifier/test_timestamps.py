"""Timestamps: who may say when, and when they may; each rule broken once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from cryptography import x509

from attestations.faults import Fault
from fixtures.world.keys import ec_key
from verifier.authenticated import VerifiedTime
from verifier.certificates.certificate import parse_certificate
from verifier.certificates.clauses import Clause
from verifier.timestamps import ACCURACY_MAX, AUTHORITY, verify_timestamp
from verifier.trust import NEVER, UNBOUNDED, TrustRoot, Window

from ..values import replace
from .making import (
    AT,
    CODE_SIGNING,
    END,
    INTERMEDIATE,
    ROOT,
    START,
    TIME_STAMPING,
    Extensions,
    Wanted,
    authority,
    remade,
    timestamp_authority,
    trusting,
    usage,
    with_,
    without,
)
from .stamping import CHAIN, MESSAGE, STAMP, TSA, TSA_EXTENSIONS, Stamp

SECOND = datetime.timedelta(seconds=1)


def trust(*chain: Wanted | bytes, window: Window = UNBOUNDED) -> TrustRoot:
    return trusting(timestamp_authority(*(chain or CHAIN), window=window))


TRUST = trust()


def reason(token: Stamp | bytes, root: TrustRoot = TRUST, message: bytes = MESSAGE) -> str:
    with pytest.raises(Fault) as met:
        verified(token, root, message)
    return met.value.reason


def verified(token: Stamp | bytes, root: TrustRoot = TRUST, message: bytes = MESSAGE) -> VerifiedTime:
    return verify_timestamp(token.token() if isinstance(token, Stamp) else token, message, root)


def test_a_trusted_authority_saw_the_message() -> None:
    assert verified(STAMP) == VerifiedTime(AT, "tsa", "tsa")


@pytest.mark.parametrize("status", ["granted", "granted_with_mods"])
def test_a_response_is_as_good_as_its_token(status: str) -> None:
    assert verified(STAMP.response(status)).at == AT


@pytest.mark.parametrize("status", ["rejection", "waiting", "revocation_warning", "revocation_notification"])
def test_a_response_that_grants_nothing_is_refused(status: str) -> None:
    assert reason(STAMP.response(status)) == "time.refused"


def test_a_response_without_a_token_is_malformed() -> None:
    assert reason(bytes.fromhex("3005 3003 020100")) == "time.malformed"
    assert reason(bytes.fromhex("3005 3003 020102")) == "time.refused"


def test_a_refusal_numbered_beyond_what_can_be_printed_is_a_refusal() -> None:
    number = b"\x7f" * 2_000
    response = bytes.fromhex("308207d8 308207d4 028207d0") + number
    assert reason(response) == "time.refused"


def test_t46_a_timestamp_without_a_trusted_authority_is_no_time() -> None:
    assert reason(STAMP, trusting()) == "time.untrusted"
    assert reason(STAMP, trusting(authority(*CHAIN))) == "time.untrusted"
    assert reason(STAMP, trust(replace(TSA, serial=5), *CHAIN[1:])) == "time.untrusted"


@pytest.mark.parametrize("embeds", [(), (TSA,), CHAIN, (*CHAIN[1:], TSA), (INTERMEDIATE, ROOT)])
def test_the_certificates_in_a_token_change_nothing(embeds: tuple[Wanted, ...]) -> None:
    stamp = replace(STAMP, embeds=embeds)
    assert verified(stamp).at == AT
    assert reason(stamp, trusting()) == "time.untrusted"


MALLORY = ec_key("mallory")
FORGED = remade(
    replace(TSA, key=MALLORY, signer=ec_key("mallory ca", "p384")).der(),
    ec_key("mallory ca", "p384"),
    lambda tbs: tbs.__setitem__("serial_number", parse_certificate(TSA.der()).serial),
)
"""A certificate with the issuer's name and serial number of the trusted one, and a key of the attacker's."""


@pytest.mark.parametrize("embeds", [(FORGED,), (FORGED, TSA), (TSA, FORGED), (FORGED, *CHAIN), (*CHAIN, FORGED)])
@pytest.mark.parametrize("names", [FORGED, TSA])
def test_t45_a_forged_certificate_in_the_bag_signs_nothing(embeds: tuple[Any, ...], names: Any) -> None:
    stamp = replace(STAMP, key=MALLORY, embeds=embeds, names=names)
    assert reason(stamp) == "time.signature_invalid"


def test_t45_another_key_under_the_trusted_authority_is_not_the_authority() -> None:
    """A certificate that the TSA's own CA issued for somebody else is not pinned, whatever its usage says."""
    other = replace(TSA, subject="other", key=MALLORY)
    assert reason(replace(STAMP, key=MALLORY, names=other, embeds=(other,))) == "time.untrusted"


def test_a_token_may_name_its_signer_by_key_identifier() -> None:
    public = TSA.key.private.public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    named = replace(TSA, extensions=(*TSA_EXTENSIONS, (identifier, False)))
    stamp = replace(STAMP, names=named, by_key_identifier=identifier.digest)
    assert verified(stamp, trust(named, *CHAIN[1:])).at == AT
    assert reason(stamp) == "time.untrusted"
    assert reason(replace(stamp, by_key_identifier=b"\x00" * 20), trust(named, *CHAIN[1:])) == "time.untrusted"


def profile(extensions: Extensions) -> str:
    named = replace(TSA, extensions=extensions)
    return reason(replace(STAMP, names=named), trust(named, *CHAIN[1:]))


@pytest.mark.parametrize(
    "extensions",
    [
        without(TSA_EXTENSIONS, x509.ExtendedKeyUsage),
        with_(TSA_EXTENSIONS, x509.ExtendedKeyUsage([TIME_STAMPING]), False),
        with_(TSA_EXTENSIONS, x509.ExtendedKeyUsage([CODE_SIGNING]), True),
        with_(TSA_EXTENSIONS, x509.ExtendedKeyUsage([TIME_STAMPING, CODE_SIGNING]), True),
        with_(TSA_EXTENSIONS, x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")]), True),
        with_(TSA_EXTENSIONS, usage("key_cert_sign"), True),
        (*TSA_EXTENSIONS, (x509.BasicConstraints(ca=True, path_length=None), True)),
        (*TSA_EXTENSIONS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True)),
    ],
)
def test_t45_the_certificate_is_for_time_stamping_alone(extensions: Extensions) -> None:
    assert profile(extensions) == "time.authority_profile"


def test_every_clause_of_an_authority_says_where_it_is_written() -> None:
    assert all(isinstance(clause, Clause) and clause.spec for clause in AUTHORITY)


def test_key_usage_may_be_absent() -> None:
    named = replace(TSA, extensions=without(TSA_EXTENSIONS, x509.KeyUsage))
    assert verified(replace(STAMP, names=named), trust(named, *CHAIN[1:])).at == AT


@pytest.mark.parametrize("chain", [
    (TSA, replace(INTERMEDIATE, extensions=()), ROOT),
    (TSA, replace(INTERMEDIATE, key=ec_key("mallory", "p384")), ROOT),
    (TSA, ROOT),
])  # fmt: skip
def test_a_trusted_chain_that_does_not_hold_together_is_no_authority(chain: tuple[Wanted, ...]) -> None:
    assert reason(STAMP, trust(*chain)) == "time.authority_profile"


@pytest.mark.parametrize(("window", "wanted"), [
    (Window(AT, AT), ""),
    (Window(START, AT), ""),
    (Window(AT, END), ""),
    (Window(START, AT - SECOND), "time.outside_window"),
    (Window(AT + SECOND, None), "time.outside_window"),
    (NEVER, "time.outside_window"),
])  # fmt: skip
def test_both_ends_of_an_authoritys_window_belong_to_it(window: Window, wanted: str) -> None:
    if wanted:
        assert reason(STAMP, trust(window=window)) == wanted
    else:
        assert verified(STAMP, trust(window=window)).at == AT


def test_t45_a_retired_authority_does_not_borrow_anothers_window() -> None:
    retired = timestamp_authority(*CHAIN, window=Window(START, AT - SECOND), named="retired")
    fresh = replace(TSA, key=ec_key("fresh"), serial=9)
    root = trusting(retired, timestamp_authority(fresh, *CHAIN[1:], window=Window(AT, END), named="fresh"))
    assert reason(STAMP, root) == "time.outside_window"
    assert verified(replace(STAMP, key=fresh.key, names=fresh), root).authority == "fresh"
    # The same certificate listed again, in a window that holds, is trusted in it.
    assert verified(STAMP, trusting(retired, timestamp_authority(*CHAIN, named="renewed"))).authority == "renewed"


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize("change", [{"end": AT - SECOND}, {"start": AT + SECOND}])
def test_t48_every_certificate_of_the_chain_was_valid(position: int, change: dict[str, Any]) -> None:
    chain = list(CHAIN)
    chain[position] = replace(chain[position], **change)
    assert reason(replace(STAMP, names=chain[0]), trust(*chain)) == "time.outside_window"


def test_a_chain_that_expired_since_still_proves_what_was() -> None:
    chain = tuple(replace(each, end=AT) for each in CHAIN)
    assert verified(replace(STAMP, names=chain[0]), trust(*chain)).at == AT


@pytest.mark.parametrize(("accuracy", "wanted"), [
    (None, ""),
    ({"seconds": 60}, ""),
    ({"seconds": 59, "millis": 999, "micros": 999}, ""),
    ({"seconds": 60, "micros": 1}, "time.inaccurate"),
    ({"seconds": 3600}, "time.inaccurate"),
    ({"millis": 1000}, "time.malformed"),
    ({"millis": 0}, "time.malformed"),
    ({"seconds": -1}, "time.malformed"),
    ({"seconds": 1 << 40}, "time.malformed"),
])  # fmt: skip
def test_a_time_is_accurate_enough_to_say_when(accuracy: dict[str, int] | None, wanted: str) -> None:
    stamp = replace(STAMP, info={"accuracy": accuracy})
    if wanted:
        assert reason(stamp) == wanted
    else:
        assert verified(stamp).at == AT
    assert datetime.timedelta(minutes=1) == ACCURACY_MAX


def test_a_time_keeps_its_fraction() -> None:
    at = AT + datetime.timedelta(milliseconds=99)
    assert verified(replace(STAMP, at=at)).at == at
