"""The same certificates and timestamps, asked of others: `cryptography`, `sigstore`, `rfc3161-client`, `openssl`.

Where we accept, they accept; where they refuse, so do we, but for the differences that a test here names and argues.
Real bundles and tokens come from the corpus, those with one thing wrong from `making` and `stamping`.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
from sigstore._internal.sct import verify_sct
from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
from sigstore._internal.trust import KeyringPurpose
from sigstore.errors import CertValidationError
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier

from attestations.faults import Fault
from fixtures.world.keys import ec_key
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load
from verifier.certificates import fulcio, identities
from verifier.certificates.paths import Path as Chain
from verifier.certificates.paths import build_path
from verifier.certificates.scts import verify_scts
from verifier.timestamps import verify_timestamp
from verifier.trust import TrustRoot, load_trust_root

from .making import AT, CA_EXTENSIONS, INTERMEDIATE, LEAF, ROOT, Wanted, authority, timestamp_authority, trusting, with_
from .stamping import CHAIN, MESSAGE, STAMP, TSA, Stamp

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)
DER, PEM = Encoding.DER, Encoding.PEM
SECOND = datetime.timedelta(seconds=1)
LENGTH_0 = with_(CA_EXTENSIONS, x509.BasicConstraints(ca=True, path_length=0), True)
OPENSSL = shutil.which("openssl")
without_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")


@cache
def cases() -> tuple[Case, ...]:
    folder = unpacked()
    return tuple(load(folder / "cases.jsonl", folder / "data"))


def found(value: Any, name: str) -> Iterator[Any]:
    """Every value under the key `name`, however deep."""
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for inner in value.values():
            yield from found(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, name)


def documents(path: Path) -> Iterator[Any]:
    """The JSON documents of a file: one, or one a line; none where it holds something else."""
    try:
        text = path.read_text(encoding="utf-8")
        yield from [json.loads(text)] if text.lstrip().startswith("{\n") else map(json.loads, text.splitlines())
    except ValueError:
        return


@cache
def real_chains() -> tuple[tuple[tuple[bytes, ...], Path], ...]:
    """Every certificate chain in a genuine Sigstore bundle that is expected to verify, with its trust root's file."""
    chains: dict[tuple[tuple[bytes, ...], Path], None] = {}
    for case in cases():
        if case.expect != "pass" or case.contested or "trusted_root" not in case.files:
            continue
        for path in case.files.values():
            for document in documents(path) if path.is_file() and path.stat().st_size < 1 << 20 else ():
                for material in found(document, "verificationMaterial"):
                    chain = _chain(material)
                    if chain:
                        chains[chain, case.files["trusted_root"]] = None
    return tuple(chains)


def _chain(material: dict[str, Any]) -> tuple[bytes, ...]:
    listed = (material.get("x509CertificateChain") or {}).get("certificates", [])
    single = [material["certificate"]] if material.get("certificate") else []
    return tuple(base64.b64decode(each["rawBytes"]) for each in (*listed, *single))


@cache
def trust_of(path: Path) -> TrustRoot:
    return load_trust_root(path.read_bytes(), name=path.name, dated=None)


@absent
def test_every_genuine_certificate_has_a_path_the_profile_and_its_timestamps() -> None:
    """At the start and at the end of its validity, and neither a second before nor after."""
    assert len(real_chains()) > 50
    for chain, path in real_chains():
        trust = trust_of(path)
        leaf = x509.load_der_x509_certificate(chain[0])
        for at in (leaf.not_valid_before_utc, leaf.not_valid_after_utc):
            held = build_path(chain[0], chain[1:], trust, at)
        fulcio.check_leaf(held.leaf)
        assert identities.read_signer(held).names
        assert len(verify_scts(held, trust, threshold=1 if trust.ct_logs else 0)) == bool(trust.ct_logs)
        for at in (leaf.not_valid_before_utc - SECOND, leaf.not_valid_after_utc + SECOND):
            with pytest.raises(Fault, match=r"certificate\.expired"):
                build_path(chain[0], chain[1:], trust, at)


@absent
def test_sigstore_finds_the_same_paths_and_certificate_timestamps() -> None:
    compared = 0
    for chain, path in real_chains():
        trust = trust_of(path)
        leaf = x509.load_der_x509_certificate(chain[0])
        held = build_path(chain[0], chain[1:], trust, leaf.not_valid_before_utc)
        if not trust.logs or not _readable_by_sigstore(held):
            continue
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
        at = TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, leaf.not_valid_before_utc)
        theirs = verifier._verify_chain_at_time(leaf, at)
        # Theirs ends at the first certificate that the trust root holds; ours goes on to the anchor of its chain.
        above = [each.public_bytes(DER) for each in theirs]
        assert above == [each.der for each in held.chain[1 : 1 + len(above)]]
        verify_sct(leaf, theirs, verifier._trusted_root.ct_keyring(KeyringPurpose.VERIFY))
        with pytest.raises(CertValidationError):
            verifier._verify_chain_at_time(leaf, replace(at, time=leaf.not_valid_after_utc + SECOND))
        compared += 1
    assert compared > 40


def _readable_by_sigstore(held: Chain) -> bool:
    """The library's profile of the Web's PKI knows no otherName; that is why paths are our own (decision 0020)."""
    names = held.leaf.extension(x509.SubjectAlternativeName)
    return names is not None and not any(isinstance(each, x509.OtherName) for each in names.value)


@cache
def real_tokens() -> tuple[tuple[bytes, bytes, Path], ...]:
    """Every genuine timestamp of a bundle: the response, the signature it is over, the trust root's file."""
    tokens: dict[tuple[bytes, bytes, Path], None] = {}
    for case in cases():
        if case.family != "sigstore-bundle" or case.contested or "trusted_root" not in case.files:
            continue
        for document in documents(case.files["bundle"]):
            signed = [*found(document, "signature"), *found(document, "sig")]
            for token in found(document, "signedTimestamp"):
                tokens[base64.b64decode(token), base64.b64decode(signed[0]), case.files["trusted_root"]] = None
    return tuple(tokens)


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


def pem(*wanted: Wanted) -> bytes:
    return b"".join(x509.load_der_x509_certificate(each.der()).public_bytes(PEM) for each in wanted)


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


def openssl(folder: Path, *command: str) -> bool:
    assert OPENSSL is not None
    done = subprocess.run([OPENSSL, *command], cwd=folder, capture_output=True, check=False, timeout=60)
    return done.returncode == 0


SHORT = replace(INTERMEDIATE, subject="upper", key=ec_key("upper", "p384"), extensions=LENGTH_0)
UNDER_SHORT = replace(INTERMEDIATE, issuer="upper", signer=SHORT.key)
HONEST = replace(LEAF, subject="honest", key=ec_key("honest"), end=AT + SECOND)

PATHS: dict[str, tuple[Wanted, tuple[Wanted, ...], Wanted, datetime.datetime]] = {
    "honest": (LEAF, (INTERMEDIATE,), ROOT, AT),
    "first moment": (LEAF, (INTERMEDIATE,), ROOT, LEAF.start),
    "last second but one": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end - SECOND),
    "too early": (LEAF, (INTERMEDIATE,), ROOT, LEAF.start - SECOND),
    "too late": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end + SECOND),
    "no intermediate": (LEAF, (), ROOT, AT),
    "expired intermediate": (LEAF, (replace(INTERMEDIATE, end=AT - SECOND),), ROOT, AT),
    "expired root": (LEAF, (INTERMEDIATE,), replace(ROOT, end=AT - SECOND), AT),
    "another root of the name": (LEAF, (INTERMEDIATE,), replace(ROOT, key=MALLORY, signer=MALLORY), AT),
    "another key in the leaf's issuer": (replace(LEAF, signer=MALLORY), (INTERMEDIATE,), ROOT, AT),
    "a leaf that issues": (replace(LEAF, issuer="honest", signer=HONEST.key), (HONEST, INTERMEDIATE), ROOT, AT),
    "an issuer without a role": (LEAF, (replace(INTERMEDIATE, extensions=()),), ROOT, AT),
    "longer than allowed": (LEAF, (UNDER_SHORT, SHORT), ROOT, AT),
}

ARGUED: dict[str, tuple[Wanted, tuple[Wanted, ...], Wanted, datetime.datetime]] = {
    # RFC 5280 4.1.2.5: "through notAfter, inclusive"; openssl lets a certificate expire at that second.
    "last moment": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end),
    # Without key identifiers openssl tries one issuer of a name and no other.
    "two intermediates of one name": (LEAF, (replace(INTERMEDIATE, key=MALLORY), INTERMEDIATE), ROOT, AT),
}
"""Paths that hold for us and not for openssl, and why."""


@without_openssl
@pytest.mark.parametrize("name", PATHS)
def test_openssl_agrees_on_paths(name: str, tmp_path: Path) -> None:
    assert accepted_by_openssl(tmp_path, *PATHS[name]) is accepted_by_us(*PATHS[name])


@without_openssl
@pytest.mark.parametrize("name", ARGUED)
def test_where_openssl_differs_is_known(name: str, tmp_path: Path) -> None:
    assert accepted_by_us(*ARGUED[name])
    assert not accepted_by_openssl(tmp_path, *ARGUED[name])


def accepted_by_us(leaf: Wanted, helpers: tuple[Wanted, ...], root: Wanted, at: datetime.datetime) -> bool:
    try:
        build_path(leaf.der(), tuple(each.der() for each in helpers), trusting(authority(root)), at)
    except Fault:
        return False
    return True


def accepted_by_openssl(
    tmp_path: Path, leaf: Wanted, helpers: tuple[Wanted, ...], root: Wanted, at: datetime.datetime
) -> bool:
    (tmp_path / "leaf.pem").write_bytes(pem(leaf))
    (tmp_path / "root.pem").write_bytes(pem(root))
    (tmp_path / "helpers.pem").write_bytes(pem(*helpers))
    untrusted = ("-untrusted", "helpers.pem") if helpers else ()
    moment = str(int(at.timestamp()))
    return openssl(tmp_path, "verify", "-CAfile", "root.pem", *untrusted, "-attime", moment, "leaf.pem")
