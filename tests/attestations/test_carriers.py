"""Carriers: each is recognised by what stands in it, and gives the bundles that it carries."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from attestations.bundles import (
    Bundle,
    CertificateMaterial,
    Envelope,
    EnvelopeSignature,
    Evidence,
    MessageSignature,
    NoMaterial,
    PublicKeyMaterial,
)
from attestations.carriers import CARRIERS
from attestations.carriers.sigstore_bundle import MEDIA_TYPES
from attestations.digests import Digest
from attestations.evidence import Unreadable, read_evidence, read_evidence_files

from . import samples
from .samples import CERTIFICATE, DIGEST, PAYLOAD_TYPE, SAMPLES, SIGNATURE, b64, encode, pem
from .test_hostile import replaced, without

RECOGNISED = {
    "bundle": "sigstore-bundle",
    "message-bundle": "sigstore-bundle",
    "key-bundle": "sigstore-bundle",
    "envelope": "dsse",
    "generator-envelope": "dsse",
    "attestation-list": "attestation-list",
    "pypi-attestation": "pep740",
    "pypi-provenance": "pep740-provenance",
    "cosign-blob": "cosign-blob",
    "cosign-layer": "cosign-layer",
    "cloud-build": "gcb",
}

ENVELOPE = Envelope(encode(samples.STATEMENT), PAYLOAD_TYPE, (EnvelopeSignature(SIGNATURE),))


def read(document: Any) -> Bundle:
    (item,) = read_evidence("evidence.json", encode(document))
    assert isinstance(item, Evidence), item
    return item.bundle


def refusal(document: Any) -> tuple[str, str | None]:
    (item,) = read_evidence("evidence.json", encode(document))
    assert isinstance(item, Unreadable)
    return item.fault.reason, item.fault.place.pointer


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_document_is_recognised_by_one_carrier(name: str) -> None:
    assert [carrier.name for carrier in CARRIERS if carrier.recognises(SAMPLES[name].value)] == [RECOGNISED[name]]


def test_every_carrier_has_a_sample() -> None:
    assert {carrier.name for carrier in CARRIERS} == {*RECOGNISED.values(), "oci-index"}


@pytest.mark.parametrize(
    "document", [{}, {"payload": ""}, {"mediaType": 1}, {"mediaType": "application/json"}, [], "x", 1]
)
def test_anything_else_is_of_no_known_format(document: Any) -> None:
    assert refusal(document) == ("format.unknown", "")


# Sigstore bundles


@pytest.mark.parametrize(("media_type", "version"), MEDIA_TYPES.items())
def test_a_bundle_of_each_version_is_read(media_type: str, version: str) -> None:
    bundle = read({**samples.BUNDLE, "mediaType": media_type})
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
    assert refusal({**samples.BUNDLE, "mediaType": media_type}) == ("bundle.version", "/mediaType")


def test_a_bundle_without_a_media_type_is_refused_as_a_bundle() -> None:
    assert refusal(without(samples.BUNDLE, ("mediaType",))) == ("json.missing", "/mediaType")


def test_a_message_signature_is_read_with_its_chain() -> None:
    bundle = read(samples.MESSAGE_BUNDLE)
    assert bundle.content == MessageSignature(SIGNATURE, Digest("sha256", DIGEST))
    assert bundle.material == CertificateMaterial((CERTIFICATE, b"0 an issuer"))
    assert bundle.material.leaf == CERTIFICATE


def test_a_message_signature_may_name_no_digest() -> None:
    bundle = read(without(samples.MESSAGE_BUNDLE, ("messageSignature", "messageDigest")))
    assert bundle.content == MessageSignature(SIGNATURE, None)


def test_t32_a_key_in_a_bundle_is_a_hint_and_never_a_key() -> None:
    material = {"hint": "a key", "rawBytes": b64(b"the attacker's"), "keyDetails": "PKIX_ED25519"}
    bundle = read(replaced(samples.KEY_BUNDLE, ("verificationMaterial", "publicKey"), material))
    assert bundle.material == PublicKeyMaterial("a key")


@pytest.mark.parametrize("member", ["inclusionPromise", "inclusionProof"])
@pytest.mark.parametrize(("media_type", "version"), MEDIA_TYPES.items())
def test_each_version_asks_for_its_own_proof(media_type: str, version: str, member: str) -> None:
    document = without({**samples.BUNDLE, "mediaType": media_type}, ("verificationMaterial", "tlogEntries", 0, member))
    needed = "inclusionPromise" if version == "0.1" else "inclusionProof"
    if member != needed:
        assert len(read(document).entries) == 1
    else:
        reason = "bundle.no_promise" if version == "0.1" else "bundle.no_proof"
        assert refusal(document) == (reason, "/verificationMaterial/tlogEntries/0")


@pytest.mark.parametrize("checkpoint", [None, {"envelope": ""}])
def test_t41_a_proof_without_a_checkpoint_is_no_proof(checkpoint: Any) -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "checkpoint")
    assert refusal(replaced(samples.BUNDLE, path, checkpoint))[0] == "bundle.no_proof"


def test_an_empty_promise_is_no_promise() -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp")
    assert refusal(replaced(samples.MESSAGE_BUNDLE, path, ""))[0] == "bundle.no_promise"


@pytest.mark.parametrize("absent", [None, []])
def test_a_bundle_may_have_no_log_entries_and_no_timestamps(absent: Any) -> None:
    document = replaced(samples.BUNDLE, ("verificationMaterial", "tlogEntries"), absent)
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
    assert refusal({**samples.BUNDLE, "verificationMaterial": material}) == ("bundle.material", "/verificationMaterial")


@pytest.mark.parametrize(
    "material", [{"certificate": {"rawBytes": ""}}, {"x509CertificateChain": {"certificates": []}}]
)
def test_a_bundle_has_a_certificate_where_it_says_so(material: dict[str, Any]) -> None:
    assert refusal({**samples.BUNDLE, "verificationMaterial": material})[0] == "bundle.material"


def test_a_bundle_holds_one_kind_of_content() -> None:
    both = {**samples.BUNDLE, "messageSignature": samples.MESSAGE_BUNDLE["messageSignature"]}
    assert refusal(both) == ("bundle.content", "")
    assert refusal(without(samples.BUNDLE, ("dsseEnvelope",))) == ("bundle.content", "")


def test_t34_an_envelope_of_two_signatures_is_no_bundle() -> None:
    signatures = samples.ENVELOPE["signatures"] * 2
    document = replaced(samples.BUNDLE, ("dsseEnvelope", "signatures"), signatures)
    assert refusal(document) == ("bundle.signatures", "/dsseEnvelope/signatures")


def test_t74_an_empty_signature_is_none() -> None:
    document = replaced(samples.MESSAGE_BUNDLE, ("messageSignature", "signature"), "")
    assert refusal(document) == ("bundle.content", "/messageSignature/signature")


@pytest.mark.parametrize(
    "path", [("dsse_envelope",), ("verificationMaterial", "tlog_entries"), ("dsseEnvelope", "signatures", 0, "x_y")]
)
def test_a_field_that_another_reader_would_see_is_refused(path: tuple[str | int, ...]) -> None:
    assert refusal(replaced_deep(samples.BUNDLE, path))[0] == "bundle.field_spelling"


def replaced_deep(document: Any, path: tuple[str | int, ...]) -> Any:
    if len(path) == 1:
        return {**document, path[0]: None}
    return replaced(document, path[:1], replaced_deep(document[path[0]], path[1:]))


def test_other_unknown_fields_are_ignored() -> None:
    assert read({**samples.BUNDLE, "future": {"x": 1}}) == read(samples.BUNDLE)


def test_a_timestamp_may_be_wrapped_as_tools_print_it() -> None:
    path = ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0, "signedTimestamp")
    text = b64(b"0 a token")
    assert read(replaced(samples.BUNDLE, path, f"{text[:8]}\n{text[8:]}\n")) == read(samples.BUNDLE)


# Bare envelopes


def test_a_bare_envelope_names_no_key() -> None:
    assert read(samples.ENVELOPE) == Bundle("dsse", ENVELOPE, NoMaterial())


def test_a_generators_envelope_brings_its_certificate() -> None:
    assert read(samples.GENERATOR_ENVELOPE) == Bundle("dsse", ENVELOPE, CertificateMaterial((CERTIFICATE,)))


def test_a_certificate_belongs_to_one_signature() -> None:
    crowded = {**samples.GENERATOR_ENVELOPE, "signatures": samples.GENERATOR_ENVELOPE["signatures"] * 2}
    assert refusal(crowded) == ("envelope.certificates", "/signatures/0/cert")


@pytest.mark.parametrize("member", ["payload", "payloadType", "signatures"])
def test_t94_a_damaged_envelope_is_refused_as_an_envelope(member: str) -> None:
    assert refusal(without(samples.ENVELOPE, (member,))) == ("json.missing", f"/{member}")


# PyPI


def test_a_pypi_attestation_is_an_envelope_with_its_type_left_out() -> None:
    bundle = read(samples.PYPI_ATTESTATION)
    assert (bundle.carrier, bundle.content, bundle.material) == (
        "pep740",
        ENVELOPE,
        CertificateMaterial((CERTIFICATE,)),
    )
    assert [entry.version for entry in bundle.entries] == ["0.0.2"]


@pytest.mark.parametrize("document", [samples.PYPI_ATTESTATION, samples.PYPI_PROVENANCE])
@pytest.mark.parametrize("version", [0, 2])
def test_a_pypi_attestation_is_of_version_one(document: dict[str, Any], version: int) -> None:
    assert refusal({**document, "version": version}) == ("pep740.version", "/version")


def test_a_pypi_entry_needs_its_proof() -> None:
    path = ("verification_material", "transparency_entries", 0, "inclusionProof")
    assert refusal(without(samples.PYPI_ATTESTATION, path))[0] == "bundle.no_proof"


# Lists


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        (samples.ATTESTATION_LIST, ["/attestations/0/bundle", "/attestations/1/bundle"]),
        (
            samples.PYPI_PROVENANCE,
            ["/attestation_bundles/0/attestations/0", "/attestation_bundles/0/attestations/1"],
        ),
        (samples.CLOUD_BUILD, ["/provenance_summary/provenance/0"]),
        (samples.MANIFEST, ["/layers/0"]),
    ],
)
def test_each_bundle_of_a_list_says_where_it_stands(document: dict[str, Any], pointers: list[str]) -> None:
    assert [item.pointer for item in read_evidence("list.json", encode(document))] == pointers


def test_t63_a_damaged_bundle_of_a_list_hides_no_other() -> None:
    document = replaced(samples.ATTESTATION_LIST, ("attestations", 0, "bundle", "mediaType"), "?")
    damaged, whole = read_evidence("list.json", encode(document))
    assert isinstance(damaged, Unreadable)
    assert str(damaged.fault.place) == "list.json#/attestations/0/bundle/mediaType"
    assert isinstance(whole, Evidence)


# Cloud Build

KEY = "projects/p/locations/global/keyRings/attestor/cryptoKeys/{}/cryptoKeyVersions/1"


@pytest.mark.parametrize(
    ("keys", "legacy"),
    [
        (["builtByGCB"], True),
        (["builtByGCB", "builtByGCB"], True),
        (["provenanceSigner"], False),
        (["google-hosted-worker"], False),
        (["builtByGCB", "provenanceSigner"], False),
        (["notBuiltByGCB"], False),
    ],
)
def test_only_keys_older_than_dsse_sign_the_payload_itself(keys: list[str], legacy: bool) -> None:
    signatures = [{"keyid": KEY.format(key), "sig": b64(SIGNATURE)} for key in keys]
    path = ("provenance_summary", "provenance", 0, "envelope", "signatures")
    assert read(replaced(samples.CLOUD_BUILD, path, signatures)).legacy_payload_signature is legacy


def test_an_occurrence_is_of_a_build() -> None:
    path = ("provenance_summary", "provenance", 0, "kind")
    assert refusal(replaced(samples.CLOUD_BUILD, path, "VULNERABILITY")) == ("gcb.kind", "".join(f"/{s}" for s in path))


def test_the_statement_in_clear_is_not_read() -> None:
    path = ("provenance_summary", "provenance", 0, "build")
    assert read(replaced(samples.CLOUD_BUILD, path, "anything")) == read(samples.CLOUD_BUILD)


# cosign


def test_a_layer_is_read_with_its_manifest() -> None:
    files = [("manifest.json", encode(samples.MANIFEST)), ("blob", samples.LAYER)]
    for order in (files, files[::-1]):
        (item,) = read_evidence_files(order)
        assert isinstance(item, Evidence)
        assert (item.source, item.pointer, item.bundle.carrier) == ("manifest.json", "/layers/0", "cosign-layer")
        assert item.bundle.content == ENVELOPE
        assert item.bundle.material == CertificateMaterial((CERTIFICATE, b"0 an issuer"))
        assert [(entry.kind, entry.promise) for entry in item.bundle.entries] == [("intoto", SIGNATURE)]


def test_a_manifest_without_its_layer_lacks_evidence() -> None:
    assert refusal(samples.MANIFEST) == ("evidence.blob_absent", "/layers/0/digest")


def test_t12_a_layer_is_found_by_its_digest_alone() -> None:
    """Another envelope beside the manifest stays an envelope by itself."""
    other = encode({**samples.ENVELOPE, "payloadType": "another"})
    absent, bare = read_evidence_files([("manifest.json", encode(samples.MANIFEST)), ("layer", other)])
    assert isinstance(absent, Unreadable)
    assert isinstance(bare, Evidence)
    assert bare.bundle.material == NoMaterial()


def test_a_manifest_cannot_hide_other_evidence() -> None:
    """Only a bare envelope is taken for a layer: a bundle that a manifest refers to is read by itself as well."""
    bundle = encode(samples.BUNDLE)
    digest = f"sha256:{hashlib.sha256(bundle).hexdigest()}"
    manifest = encode(replaced(samples.MANIFEST, ("layers", 0, "digest"), digest))
    items = read_evidence_files([("manifest.json", manifest), ("bundle.json", bundle)])
    assert [item.source for item in items if isinstance(item, Evidence)] == ["bundle.json"]


def test_an_images_own_layers_are_no_evidence() -> None:
    layers = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "0" * 64}]
    assert read_evidence("manifest.json", encode({**samples.MANIFEST, "layers": layers})) == ()


def test_an_index_carries_nothing_itself() -> None:
    assert read_evidence("index.json", encode({"schemaVersion": 2, "manifests": []})) == ()


def test_a_simple_signing_layer_is_known_and_not_read() -> None:
    path = ("layers", 0, "mediaType")
    document = replaced(samples.MANIFEST, path, "application/vnd.dev.cosign.simplesigning.v1+json")
    assert refusal(document) == ("format.unsupported", "/layers/0")


def test_a_legacy_blob_signature_is_read() -> None:
    bundle = read(samples.COSIGN_BLOB)
    assert bundle.content == MessageSignature(SIGNATURE, None)
    assert bundle.material == CertificateMaterial((CERTIFICATE,))
    assert [entry.promise for entry in bundle.entries] == [SIGNATURE]


@pytest.mark.parametrize("cert", [None, "", pem("PUBLIC KEY", b"key"), b64(pem("PUBLIC KEY", b"key").encode())])
def test_t32_a_key_beside_a_legacy_signature_is_not_taken(cert: str | None) -> None:
    assert read({**samples.COSIGN_BLOB, "cert": cert}).material == PublicKeyMaterial("")
