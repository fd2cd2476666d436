"""Certificate timestamps: a CT log counts once, in its window, for a signature over this certificate."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

import pytest
from cryptography import x509

from attestations.faults import Fault
from fixtures.world.certificates import Authority
from fixtures.world.certificates import authority as world_authority
from fixtures.world.ct import CtLog as Signer
from fixtures.world.ct import sct_extension
from fixtures.world.identities import person
from fixtures.world.keys import ec_key, rsa_key
from verifier.certificates.paths import Path, build_path
from verifier.certificates.scts import verify_scts
from verifier.trust import NEVER, UNBOUNDED, CertificateAuthority, CtLog, TrustRoot, Window

from ..values import replace
from .making import AT, START, Key, trusting

SECOND = datetime.timedelta(seconds=1)
CA: Authority = world_authority("acme")
ONE, TWO = Signer("one", ec_key("ct one")), Signer("two", ec_key("ct two", "p384"))


def log(signer: Signer, window: Window = UNBOUNDED, *, operator: str = "", key: Key | None = None) -> CtLog:
    key = key or signer.key
    return CtLog(signer.url, operator or signer.name, signer.log_id, key.spki, key.details, window)


def trust(*logs: CtLog) -> TrustRoot:
    return trusting(CertificateAuthority("ca", "ca", CA.chain, UNBOUNDED), ct_logs=logs)


def certificate(*logs: Signer, ca: Authority = CA) -> bytes:
    return ca.issue(person("release@acme.example"), ec_key("leaf"), AT, logs=logs)


def path(der: bytes) -> Path:
    return build_path(der, (), trust(), AT)


def verified(signers: Sequence[Signer], *logs: CtLog, threshold: int = 1) -> tuple[str, ...]:
    return verify_scts(path(certificate(*signers)), trust(*logs), threshold=threshold)


def reason(signers: Sequence[Signer], *logs: CtLog, threshold: int = 1) -> str:
    with pytest.raises(Fault) as met:
        verified(signers, *logs, threshold=threshold)
    return met.value.reason


def test_a_trusted_log_saw_the_certificate() -> None:
    assert verified([ONE], log(ONE)) == ("one",)
    assert verified([ONE, TWO], log(TWO), log(ONE), threshold=2) == ("one", "two")


def test_t27_several_timestamps_of_one_log_count_once() -> None:
    assert verified([ONE, ONE, ONE], log(ONE)) == ("one",)
    assert reason([ONE, ONE], log(ONE), threshold=2) == "sct.untrusted"


def test_t27_several_logs_of_one_operator_count_once() -> None:
    logs = log(ONE, operator="acme.example"), log(TWO, operator="acme.example")
    assert verified([ONE, TWO], *logs) == ("acme.example",)
    assert reason([ONE, TWO], *logs, threshold=2) == "sct.untrusted"


def test_a_certificate_without_timestamps() -> None:
    assert reason([], log(ONE)) == "sct.missing"
    assert verified([], log(ONE), threshold=0) == ()


def test_t49_a_log_that_the_trust_root_does_not_name_says_nothing() -> None:
    assert reason([ONE]) == "sct.untrusted"
    assert reason([ONE], log(TWO)) == "sct.untrusted"
    assert verified([ONE, TWO], log(TWO)) == ("two",)
    assert verified([ONE], threshold=0) == ()


@pytest.mark.parametrize(("window", "counts"), [
    (Window(AT, AT), True),
    (Window(START, AT - SECOND), False),
    (Window(AT + SECOND, None), False),
    (NEVER, False),
])  # fmt: skip
def test_a_log_counts_in_its_window_alone(window: Window, counts: bool) -> None:
    if counts:
        assert verified([ONE], log(ONE, window)) == ("one",)
    else:
        assert reason([ONE], log(ONE, window)) == "sct.untrusted"


def test_one_key_in_two_windows_counts_in_either() -> None:
    early, late = Window(START, START), Window(AT, None)
    assert verified([ONE], log(ONE, early), log(ONE, late)) == ("one",)


def test_a_forged_timestamp_refuses_even_beside_an_honest_one() -> None:
    forger = Signer("forger", ec_key("mallory"), alias=ONE.log_id)
    assert reason([forger], log(ONE)) == "sct.invalid"
    assert reason([TWO, forger], log(ONE), log(TWO)) == "sct.invalid"


def test_a_timestamp_of_another_certificate_is_refused() -> None:
    other = x509.load_der_x509_certificate(certificate(ONE))
    stolen = other.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    assert len(list(stolen)) == 1
    sct = ONE.timestamp(b"another certificate's body", CA.key.spki, AT)

    class Replaying(Signer):
        def timestamp(self, tbs: bytes, issuer_spki: bytes, at: datetime.datetime) -> bytes:
            return sct

    assert reason([Replaying("one", ONE.key)], log(ONE)) == "sct.invalid"


def test_a_timestamp_binds_the_key_that_issued() -> None:
    """The same body under another issuer's key is another entry: same-named authorities are not interchangeable."""

    class Elsewhere(Signer):
        def timestamp(self, tbs: bytes, issuer_spki: bytes, at: datetime.datetime) -> bytes:
            return super().timestamp(tbs, ec_key("another issuer", "p384").spki, at)

    assert reason([Elsewhere("one", ONE.key)], log(ONE)) == "sct.invalid"


def test_the_time_of_a_timestamp_is_signed() -> None:
    class Backdating(Signer):
        def timestamp(self, tbs: bytes, issuer_spki: bytes, at: datetime.datetime) -> bytes:
            honest = super().timestamp(tbs, issuer_spki, at)
            earlier = int((at - SECOND).timestamp() * 1000).to_bytes(8, "big")
            return honest[:33] + earlier + honest[41:]

    assert reason([Backdating("one", ONE.key)], log(ONE)) == "sct.invalid"


def test_a_time_beyond_any_calendar_is_refused() -> None:
    class Dreaming(Signer):
        def timestamp(self, tbs: bytes, issuer_spki: bytes, at: datetime.datetime) -> bytes:
            honest = super().timestamp(tbs, issuer_spki, at)
            return honest[:33] + b"\xff" * 8 + honest[41:]

    assert reason([Dreaming("one", ONE.key)], log(ONE)) == "sct.invalid"


def test_a_log_signs_as_the_trust_root_says() -> None:
    assert reason([ONE], log(ONE, key=rsa_key("ct"))) == "sct.invalid"
    with pytest.raises(Fault, match=r"trust\.key_unsupported"):
        verified([ONE], replace(log(ONE), key_details="LMS_SHA256"))
    with pytest.raises(Fault, match=r"trust\.key_malformed"):
        verified([ONE], replace(log(ONE), key_bytes=b"\x30\x00"))


@pytest.mark.parametrize("listed", [b"", b"\x00\x00", b"\x00\x05\x00\x03abc", b"\x00\x01\x00"])
def test_a_list_that_cannot_be_read_is_a_malformed_certificate(listed: bytes) -> None:
    class Garbling(Signer):
        def timestamp(self, tbs: bytes, issuer_spki: bytes, at: datetime.datetime) -> bytes:
            return listed

    der = certificate(Garbling("one", ONE.key))
    with pytest.raises(Fault, match=r"certificate\.malformed"):
        path(der)


def test_the_maker_of_timestamps_and_its_reader_agree_on_the_id() -> None:
    assert hashlib.sha256(ONE.key.spki).digest() == log(ONE).log_id
    assert sct_extension([b"x"]).oid == x509.PrecertificateSignedCertificateTimestamps.oid
