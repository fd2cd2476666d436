"""A log entry speaks of this signature, this key, this content, or it proves nothing here."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json

import pytest

from attestations.digests import Digest
from attestations.faults import Fault
from fixtures.world import Document
from fixtures.world.dsse import pae
from fixtures.world.keys import ec_key, rsa_key
from verifier.content import Signed
from verifier.keys import load_spki
from verifier.log import bind

from ..values import replace
from .authenticating import MALLORY, OTHER, RELEASE, VENDOR, ask, evidence, pin, refused

KINDS = ["dsse 0.0.1", "intoto 0.0.1", "intoto 0.0.2"]


def spec(pointer: str, value: object):
    """What a log is made to write down: `value` at `pointer` of the entry's spec."""
    return lambda body: body.set(f"/spec{pointer}", value)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


OTHER_DIGEST = hashlib.sha256(b"something else").hexdigest()
OTHER_PEM = b64(
    b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(ec_key("mallory release").spki) + b"-----END PUBLIC KEY-----\n"
)


@pytest.mark.parametrize(
    ("entry", "pointer", "value", "reason"),
    [
        ("dsse 0.0.1", "/signatures/0/signature", b64(b"another"), "log.other_signature"),
        ("dsse 0.0.1", "/signatures/0/verifier", OTHER_PEM, "log.other_key"),
        ("dsse 0.0.1", "/payloadHash/value", OTHER_DIGEST, "log.other_content"),
        ("dsse 0.0.1", "/signatures", [], "log.other_signature"),
        ("intoto 0.0.2", "/content/envelope/signatures/0/sig", b64(b64(b"another").encode()), "log.other_signature"),
        ("intoto 0.0.2", "/content/envelope/signatures/0/publicKey", OTHER_PEM, "log.other_key"),
        ("intoto 0.0.2", "/content/envelope/payloadType", "text/plain", "log.other_content"),
        ("intoto 0.0.2", "/content/payloadHash/value", OTHER_DIGEST, "log.other_content"),
        ("intoto 0.0.2", "/content/payloadHash", None, "log.unbindable"),
        ("intoto 0.0.1", "/publicKey", OTHER_PEM, "log.other_key"),
        ("intoto 0.0.1", "/content/hash/value", OTHER_DIGEST, "log.unbindable"),
        ("intoto 0.0.1", "/content/hash", None, "log.unbindable"),
        ("dsse 0.0.1", "/signatures/0/signature", "not base64!", "log.entry_malformed"),
        ("dsse 0.0.1", "/signatures/0/verifier", b64(b"no PEM"), "log.entry_malformed"),
        ("dsse 0.0.1", "/payloadHash", None, "log.entry_malformed"),
        ("dsse 0.0.1", "/payloadHash/algorithm", "sha1", "digest.algorithm"),
        ("dsse 0.0.1", "/payloadHash/value", OTHER_DIGEST[:-2], "digest.value"),
    ],
)
def test_t40_an_entry_that_the_log_really_holds_about_something_else(
    entry: str, pointer: str, value: object, reason: str
) -> None:
    """The log signed for it, so only the comparison refuses it."""
    assert refused(RELEASE.bundle(entry=entry, body=spec(pointer, value))).reason == reason


@pytest.mark.parametrize(
    ("pointer", "value", "reason"),
    [
        ("/hashedRekordV002/signature/content", b64(b"another"), "log.other_signature"),
        ("/hashedRekordV002/data/digest", b64(bytes.fromhex(OTHER_DIGEST)), "log.other_content"),
        ("/hashedRekordV002/signature/verifier/keyDetails", "PKIX_ED25519", "log.other_key"),
        ("/hashedRekordV002/signature/verifier/keyDetails", "PKIX_ECDSA_P384_SHA_256", "log.other_key"),
        ("/hashedRekordV002/signature/verifier/keyDetails", "of a year to come", "log.other_key"),
        ("/hashedRekordV002/signature/verifier/x509Certificate/rawBytes", b64(b"0"), "log.other_key"),
    ],
)
@pytest.mark.parametrize("content", ["bundle", "signature"])
def test_t40_in_rekor_v2(content: str, pointer: str, value: object, reason: str) -> None:
    assert refused(getattr(RELEASE, content)(log="rekor-v2", body=spec(pointer, value))).reason == reason


def test_t40_a_digest_by_another_algorithm_than_the_key_signs_with() -> None:
    longer = hashlib.sha512(RELEASE.content).digest()
    data = {"algorithm": "SHA2_512", "digest": b64(longer)}
    bundle = RELEASE.signature(log="rekor-v2", body=spec("/hashedRekordV002/data", data))
    assert refused(bundle).reason == "log.other_content"


def test_t40_an_envelopes_digest_by_another_algorithm_than_the_key_signs_with() -> None:
    """It is the right envelope's; a log that hashes otherwise than the key signs has not checked the signature."""
    covered = pae(RELEASE.bundle().get("/dsseEnvelope/payloadType"), bytes(RELEASE.statement))
    data = {"algorithm": "SHA2_512", "digest": b64(hashlib.sha512(covered).digest())}
    bundle = RELEASE.bundle(log="rekor-v2", body=spec("/hashedRekordV002/data", data))
    assert refused(bundle).reason == "log.other_content"


def test_t40_a_bare_key_in_the_log_does_not_stand_for_a_certificate() -> None:
    key = ec_key("a key of this test")
    verifier = {"keyDetails": key.details, "publicKey": {"rawBytes": b64(key.spki)}}
    bundle = RELEASE.bundle(log="rekor-v2", certified=key, body=spec("/hashedRekordV002/signature/verifier", verifier))
    assert refused(bundle).reason == "log.other_key"


def test_t40_a_certificate_in_the_log_does_not_stand_for_a_pinned_key() -> None:
    certificate = RELEASE.bundle(certified=VENDOR).get("/verificationMaterial/certificate/rawBytes")
    verifier = {"keyDetails": VENDOR.details, "x509Certificate": {"rawBytes": certificate}}
    bundle = RELEASE.bundle(
        log="rekor-v2", signer=VENDOR, stamped=True, body=spec("/hashedRekordV002/signature/verifier", verifier)
    )
    assert refused(bundle, keys=(pin(VENDOR),)).reason == "log.other_key"


@pytest.mark.parametrize(("log", "entry"), [("rekor-v1", kind) for kind in KINDS] + [("rekor-v2", "")])
def test_t40_entries_of_two_good_bundles_are_not_exchanged(log: str, entry: str) -> None:
    bundles = [release.bundle(log=log, entry=entry) for release in (RELEASE, OTHER)]
    at = "/verificationMaterial/tlogEntries"
    for mine, other in itertools.permutations(bundles):
        assert refused(mine.set(at, other.get(at))).reason.startswith("log.")


def test_t40_an_entry_of_an_artifact_says_nothing_about_an_envelope_and_the_reverse() -> None:
    at = "/verificationMaterial/tlogEntries"
    envelope, artifact = RELEASE.bundle(), RELEASE.signature()
    assert refused(envelope.set(at, artifact.get(at))).reason == "log.other_signature"
    assert refused(artifact.set(at, envelope.get(at))).reason == "log.other_content"
    held = evidence(envelope).bundle
    signed = Signed(held.content.signatures[0].value, load_spki(VENDOR.spki), held.material.leaf, held.content)
    (logged,) = evidence(artifact).bundle.entries
    with pytest.raises(Fault) as caught:
        bind(logged, signed)
    assert caught.value.reason == "log.other_signature"


def test_t40_a_log_that_hashed_the_payload_for_an_artifact_binds_no_envelope() -> None:
    """hashedrekord 0.0.1 with the envelope's own signature and key, and a digest: of what, it does not say."""
    envelope = evidence(RELEASE.bundle()).bundle
    signed = Signed(
        envelope.content.signatures[0].value, load_spki(VENDOR.spki), envelope.material.leaf, envelope.content
    )
    artifact = RELEASE.signature()
    body = Document(json.loads(base64.b64decode(artifact.get("/verificationMaterial/tlogEntries/0/canonicalizedBody"))))
    pem = body.get("/spec/signature/publicKey/content")
    assert pem
    body = body.set("/spec/signature/content", b64(signed.signature))
    leaf = base64.encodebytes(envelope.material.leaf)
    body = body.set(
        "/spec/signature/publicKey/content",
        b64(b"-----BEGIN CERTIFICATE-----\n" + leaf + b"-----END CERTIFICATE-----\n"),
    )
    (entry,) = evidence(artifact).bundle.entries
    with pytest.raises(Fault) as caught:
        bind(replace(entry, body=bytes(body)), signed)
    assert caught.value.reason == "log.other_content"


def test_t40_every_entry_must_bind_needed_or_not() -> None:
    bundle = RELEASE.bundle()
    at = "/verificationMaterial/tlogEntries"
    for stranger in (OTHER.bundle(), RELEASE.within(MALLORY).bundle(), OTHER.bundle(log="rekor-v2")):
        assert refused(bundle.append(at, stranger.get(f"{at}/0"))).reason.startswith("log.other")
        assert refused(bundle.set(at, [stranger.get(f"{at}/0"), bundle.get(f"{at}/0")])).reason.startswith("log.other")


@pytest.mark.parametrize(
    ("kind", "version"),
    [("dsse", "0.0.2"), ("dsse", "9.9.9"), ("hashedrekord", "0.0.3"), ("rekord", "0.0.1"), ("", "")],
)
def test_t47_a_kind_or_version_that_is_not_read_is_refused(kind: str, version: str) -> None:
    honest = RELEASE.bundle().set("/verificationMaterial/tlogEntries/0/kindVersion", {"kind": kind, "version": version})
    assert refused(honest).reason == "log.entry_unsupported"
    logged = RELEASE.bundle(body=lambda body: body.set("/kind", kind).set("/apiVersion", version))
    assert refused(logged).reason == "log.entry_unsupported"


def test_t47_a_kind_other_than_the_body_states() -> None:
    relabelled = {"kind": "intoto", "version": "0.0.2"}
    bundle = RELEASE.bundle().set("/verificationMaterial/tlogEntries/0/kindVersion", relabelled)
    assert refused(bundle).reason == "log.kind_mismatch"


def test_an_entry_under_a_pinned_key_records_that_key_in_any_encoding_of_it() -> None:
    for key in (VENDOR, rsa_key("vendor rsa")):
        for log in ("rekor-v1", "rekor-v2"):
            got = ask(RELEASE.bundle(log=log, signer=key, stamped=True), keys=(pin(key),))
            assert len(got.entries) == 1


def test_the_digest_that_is_bound_is_the_one_that_the_signature_was_checked_against() -> None:
    held = evidence(RELEASE.signature()).bundle
    (entry,) = held.entries
    own = Signed(held.content.signature, load_spki(VENDOR.spki), held.material.leaf, Digest("sha256", RELEASE.sha256))
    bind(entry, own)
    for content in (Digest("sha256", OTHER.sha256), Digest("sha512", hashlib.sha512(RELEASE.content).hexdigest())):
        with pytest.raises(Fault) as caught:
            bind(entry, replace(own, content=content))
        assert caught.value.reason == "log.other_content"
