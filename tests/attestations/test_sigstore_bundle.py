"""Sigstore bundles: what each version asks for, and the one reading of each field."""

from __future__ import annotations

from typing import Any

import pytest

from attestations.bundles import CertificateMaterial, Envelope, EnvelopeSignature, MessageSignature, PublicKeyMaterial
from attestations.carriers.sigstore_bundle import MEDIA_TYPES
from attestations.digests import Digest

from . import documents
from .documents import CERTIFICATE, DIGEST, PAYLOAD_TYPE, SIGNATURE, b64, encode
from .samples import read, refusal, replaced, without

ENVELOPE = Envelope(encode(documents.STATEMENT), PAYLOAD_TYPE, (EnvelopeSignature(SIGNATURE),))


@pytest.mark.parametrize(("media_type", "version"), MEDIA_TYPES.items())
def test_a_bundle_of_each_version_is_read(media_type: str, version: str) -> None:
    bundle = read({**documents.BUNDLE, "mediaType": media_type})
    assert bundle.carrier == f"sigstore-bundle/{version}"
    assert bundle.content == ENVELOPE
    assert bundle.material == CertificateMaterial((CERTIFICATE,))
    assert [entry.kind for entry in bundle.entries] == ["dsse"]
    assert bundle.timestamps == (b"0 a token",)


@pytest.mark.parametrize(
    "media_type",
    [
        "application/vnd.dev.sigstore.bundle+json;version=0.4",
        "application/vnd.dev.sigstore.bundle+json;version=99.9",
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/vnd.dev.sigstore.bundle.v0.3+json; charset=utf-8",
        "application/vnd.dev.sigstore.bundle",
        "",
        "text/plain",
    ],
)
def test_t47_a_version_that_no_specification_defines_is_refused(media_type: str) -> None:
    assert refusal({**documents.BUNDLE, "mediaType": media_type}) == ("bundle.version", "/mediaType")


def test_a_bundle_without_material_is_refused_as_a_bundle() -> None:
    document = without(documents.BUNDLE, ("verificationMaterial",))
    assert refusal(document) == ("json.missing", "/verificationMaterial")


def test_a_bundle_without_a_media_type_is_refused_as_a_bundle() -> None:
    assert refusal(without(documents.BUNDLE, ("mediaType",))) == ("json.missing", "/mediaType")


def test_a_message_signature_is_read_with_its_chain() -> None:
    bundle = read(documents.MESSAGE_BUNDLE)
    assert bundle.content == MessageSignature(SIGNATURE, Digest("sha256", DIGEST))
    assert bundle.material == CertificateMaterial((CERTIFICATE, b"0 an issuer"))
    assert bundle.material.leaf == CERTIFICATE


def test_a_message_signature_may_name_no_digest() -> None:
    bundle = read(without(documents.MESSAGE_BUNDLE, ("messageSignature", "messageDigest")))
    assert bundle.content == MessageSignature(SIGNATURE, None)


def test_t32_a_key_in_a_bundle_is_a_hint_and_never_a_key() -> None:
    material = {"hint": "a key", "rawBytes": b64(b"the attacker's"), "keyDetails": "PKIX_ED25519"}
    bundle = read(replaced(documents.KEY_BUNDLE, ("verificationMaterial", "publicKey"), material))
    assert bundle.material == PublicKeyMaterial("a key")


@pytest.mark.parametrize("member", ["inclusionPromise", "inclusionProof"])
@pytest.mark.parametrize(("media_type", "version"), MEDIA_TYPES.items())
def test_each_version_asks_for_its_own_proof(media_type: str, version: str, member: str) -> None:
    document = without(
        {**documents.BUNDLE, "mediaType": media_type}, ("verificationMaterial", "tlogEntries", 0, member)
    )
    needed = "inclusionPromise" if version == "0.1" else "inclusionProof"
    if member != needed:
        assert len(read(document).entries) == 1
    else:
        reason = "bundle.no_promise" if version == "0.1" else "bundle.no_proof"
        assert refusal(document) == (reason, "/verificationMaterial/tlogEntries/0")


@pytest.mark.parametrize("checkpoint", [None, {"envelope": ""}])
def test_t41_a_proof_without_a_checkpoint_is_no_proof(checkpoint: Any) -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "checkpoint")
    assert refusal(replaced(documents.BUNDLE, path, checkpoint))[0] == "bundle.no_proof"


def test_an_empty_promise_is_no_promise() -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp")
    assert refusal(replaced(documents.MESSAGE_BUNDLE, path, ""))[0] == "bundle.no_promise"


@pytest.mark.parametrize("absent", [None, []])
def test_a_bundle_may_have_no_log_entries_and_no_timestamps(absent: Any) -> None:
    document = replaced(documents.BUNDLE, ("verificationMaterial", "tlogEntries"), absent)
    bundle = read(without(document, ("verificationMaterial", "timestampVerificationData")))
    assert (bundle.entries, bundle.timestamps) == ((), ())


@pytest.mark.parametrize(
    "material",
    [
        {},
        {"certificate": None},
        {"certificate": {"rawBytes": b64(CERTIFICATE)}, "publicKey": {"hint": ""}},
        {
            "certificate": {"rawBytes": b64(CERTIFICATE)},
            "x509CertificateChain": {"certificates": [{"rawBytes": b64(CERTIFICATE)}]},
        },
    ],
)
def test_a_bundle_has_one_kind_of_material(material: dict[str, Any]) -> None:
    assert refusal({**documents.BUNDLE, "verificationMaterial": material}) == (
        "bundle.material",
        "/verificationMaterial",
    )


@pytest.mark.parametrize(
    "material", [{"certificate": {"rawBytes": ""}}, {"x509CertificateChain": {"certificates": []}}]
)
def test_a_bundle_has_a_certificate_where_it_says_so(material: dict[str, Any]) -> None:
    assert refusal({**documents.BUNDLE, "verificationMaterial": material})[0] == "bundle.material"


def test_a_bundle_holds_one_kind_of_content() -> None:
    both = {**documents.BUNDLE, "messageSignature": documents.MESSAGE_BUNDLE["messageSignature"]}
    assert refusal(both) == ("bundle.content", "")
    assert refusal(without(documents.BUNDLE, ("dsseEnvelope",))) == ("bundle.content", "")


def test_t34_an_envelope_of_two_signatures_is_no_bundle() -> None:
    signatures = documents.ENVELOPE["signatures"] * 2
    document = replaced(documents.BUNDLE, ("dsseEnvelope", "signatures"), signatures)
    assert refusal(document) == ("bundle.signatures", "/dsseEnvelope/signatures")


def test_t74_an_empty_signature_is_none() -> None:
    document = replaced(documents.MESSAGE_BUNDLE, ("messageSignature", "signature"), "")
    assert refusal(document) == ("bundle.content", "/messageSignature/signature")


@pytest.mark.parametrize(
    "path", [("dsse_envelope",), ("verificationMaterial", "tlog_entries"), ("dsseEnvelope", "signatures", 0, "x_y")]
)
def test_a_field_that_another_reader_would_see_is_refused(path: tuple[str | int, ...]) -> None:
    assert refusal(replaced(documents.BUNDLE, path, None))[0] == "bundle.field_spelling"


def test_other_unknown_fields_are_ignored() -> None:
    assert read({**documents.BUNDLE, "future": {"x": 1}}) == read(documents.BUNDLE)


def test_a_timestamp_may_be_wrapped_as_tools_print_it() -> None:
    path = ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0, "signedTimestamp")
    text = b64(b"0 a token")
    assert read(replaced(documents.BUNDLE, path, f"{text[:8]}\n{text[8:]}\n")) == read(documents.BUNDLE)
