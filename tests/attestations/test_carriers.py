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
from attestations.evidence import Unreadable, read_evidence, read_evidence_files
from attestations.limits import Limits

from . import documents
from .documents import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE, b64, encode, pem
from .samples import SAMPLES, pointer, read, refusal, replaced, without

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

ENVELOPE = Envelope(encode(documents.STATEMENT), PAYLOAD_TYPE, (EnvelopeSignature(SIGNATURE),))


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_document_is_recognised_by_one_carrier(name: str) -> None:
    assert [carrier.name for carrier in CARRIERS if carrier.recognises(SAMPLES[name].value)] == [RECOGNISED[name]]


def test_every_carrier_has_a_sample() -> None:
    assert {carrier.name for carrier in CARRIERS} == {*RECOGNISED.values(), "oci-index"}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"payload": ""},
        {"mediaType": 1},
        {"mediaType": "application/json"},
        {"manifests": []},
        {"layers": []},
        [],
        "x",
        1,
    ],
)
def test_anything_else_is_of_no_known_format(document: Any) -> None:
    assert refusal(document) == ("format.unknown", "")


# Bare envelopes


def test_a_bare_envelope_names_no_key() -> None:
    assert read(documents.ENVELOPE) == Bundle("dsse", ENVELOPE, NoMaterial())


def test_a_generators_envelope_brings_its_certificate() -> None:
    assert read(documents.GENERATOR_ENVELOPE) == Bundle("dsse", ENVELOPE, CertificateMaterial((CERTIFICATE,)))


def test_a_certificate_belongs_to_one_signature() -> None:
    crowded = {**documents.GENERATOR_ENVELOPE, "signatures": documents.GENERATOR_ENVELOPE["signatures"] * 2}
    assert refusal(crowded) == ("envelope.certificates", "/signatures/0/cert")


@pytest.mark.parametrize("member", ["payload", "payloadType", "signatures"])
def test_t94_a_damaged_envelope_is_refused_as_an_envelope(member: str) -> None:
    assert refusal(without(documents.ENVELOPE, (member,))) == ("json.missing", f"/{member}")


# PyPI


def test_a_pypi_attestation_is_an_envelope_with_its_type_left_out() -> None:
    bundle = read(documents.PYPI_ATTESTATION)
    assert (bundle.carrier, bundle.content, bundle.material) == (
        "pep740",
        ENVELOPE,
        CertificateMaterial((CERTIFICATE,)),
    )
    assert [entry.version for entry in bundle.entries] == ["0.0.2"]


@pytest.mark.parametrize("document", [documents.PYPI_ATTESTATION, documents.PYPI_PROVENANCE])
@pytest.mark.parametrize("version", [0, 2])
def test_a_pypi_attestation_is_of_version_one(document: dict[str, Any], version: int) -> None:
    assert refusal({**document, "version": version}) == ("pep740.version", "/version")


def test_a_pypi_entry_needs_its_proof() -> None:
    path = ("verification_material", "transparency_entries", 0, "inclusionProof")
    assert refusal(without(documents.PYPI_ATTESTATION, path))[0] == "bundle.no_proof"


# Lists


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        (documents.ATTESTATION_LIST, ["/attestations/0/bundle", "/attestations/1/bundle"]),
        (
            documents.PYPI_PROVENANCE,
            ["/attestation_bundles/0/attestations/0", "/attestation_bundles/0/attestations/1"],
        ),
        (documents.CLOUD_BUILD, ["/provenance_summary/provenance/0"]),
        (documents.MANIFEST, ["/layers/0"]),
    ],
)
def test_each_bundle_of_a_list_says_where_it_stands(document: dict[str, Any], pointers: list[str]) -> None:
    assert [item.pointer for item in read_evidence("list.json", encode(document))] == pointers


def test_t63_a_damaged_bundle_of_a_list_hides_no_other() -> None:
    document = replaced(documents.ATTESTATION_LIST, ("attestations", 0, "bundle", "mediaType"), "?")
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
    assert read(replaced(documents.CLOUD_BUILD, path, signatures)).legacy_payload_signature is legacy


def test_an_occurrence_is_of_a_build() -> None:
    path = ("provenance_summary", "provenance", 0, "kind")
    assert refusal(replaced(documents.CLOUD_BUILD, path, "VULNERABILITY")) == (
        "gcb.kind",
        pointer(path),
    )


def test_the_statement_in_clear_is_not_read() -> None:
    path = ("provenance_summary", "provenance", 0, "build")
    assert read(replaced(documents.CLOUD_BUILD, path, "anything")) == read(documents.CLOUD_BUILD)


@pytest.mark.parametrize("member", ["fully_qualified_digest", "digest"])
def test_t12_a_list_about_two_images_is_refused(member: str) -> None:
    other = "registry.example/image@sha256:" + "0" * 64
    document = replaced(documents.CLOUD_BUILD, ("image_summary", member), other)
    assert refusal(document) == ("gcb.contradicted", "/image_summary/fully_qualified_digest")


def test_t12_an_occurrence_about_another_image_is_refused() -> None:
    path = ("provenance_summary", "provenance", 0, "resourceUri")
    document = replaced(documents.CLOUD_BUILD, path, "https://registry.example/image@sha256:" + "0" * 64)
    assert refusal(document) == ("gcb.contradicted", pointer(path))


# cosign


def test_a_layer_is_read_with_its_manifest() -> None:
    files = [("manifest.json", encode(documents.MANIFEST)), ("blob", documents.LAYER)]
    for order in (files, files[::-1]):
        (item,) = read_evidence_files(order)
        assert isinstance(item, Evidence)
        assert (item.source, item.pointer, item.bundle.carrier) == ("manifest.json", "/layers/0", "cosign-layer")
        assert item.bundle.content == ENVELOPE
        assert item.bundle.material == CertificateMaterial((CERTIFICATE, b"0 an issuer"))
        assert [(entry.kind, entry.promise) for entry in item.bundle.entries] == [("intoto", SIGNATURE)]


def test_a_manifest_without_its_layer_lacks_evidence() -> None:
    assert refusal(documents.MANIFEST) == ("evidence.blob_absent", "/layers/0/digest")


def test_t12_a_layer_is_found_by_its_digest_alone() -> None:
    """Another envelope beside the manifest stays an envelope by itself."""
    other = encode({**documents.ENVELOPE, "payloadType": "another"})
    absent, bare = read_evidence_files([("manifest.json", encode(documents.MANIFEST)), ("layer", other)])
    assert isinstance(absent, Unreadable)
    assert isinstance(bare, Evidence)
    assert bare.bundle.material == NoMaterial()


@pytest.mark.parametrize(
    ("content", "count"), [(encode(documents.BUNDLE), 1), (encode(documents.ENVELOPE) + b"\n" + documents.LAYER, 2)]
)
def test_a_manifest_cannot_hide_other_evidence(content: bytes, count: int) -> None:
    """Only a file that is one bare envelope is taken for a layer; all else is read by itself as well."""
    path = ("layers", 0, "digest")
    manifest = replaced(documents.MANIFEST, path, f"sha256:{hashlib.sha256(content).hexdigest()}")
    items = read_evidence_files([("manifest.json", encode(manifest)), ("other.json", content)])
    assert [item.source.partition(":")[0] for item in items if isinstance(item, Evidence)] == ["other.json"] * count


NO_MANIFESTS = [
    b'{"layers":',
    b'{"layers":[0,{"mediaType":[]}],"schemaVersion":2}',
    b'"layers"',
    b'["layers"]',
    encode(without(documents.MANIFEST, ("schemaVersion",))),
    encode(replaced(documents.MANIFEST, ("layers", 0, "mediaType"), "application/json")),
    encode(replaced(documents.MANIFEST, ("layers", 0, "digest"), [])),
    encode({**documents.MANIFEST, "filler": "x" * 4000}),
]


@pytest.mark.parametrize("manifest", NO_MANIFESTS, ids=range(len(NO_MANIFESTS)))
def test_what_is_no_manifest_or_too_large_for_one_takes_no_layer(manifest: bytes) -> None:
    files = [("manifest.json", manifest), ("layer", documents.LAYER)]
    *_, last = read_evidence_files(files, Limits(bundle=4000))
    assert isinstance(last, Evidence)
    assert last.source == "layer"


@pytest.mark.parametrize("absent", ["", None])
def test_an_empty_annotation_is_none(absent: str | None) -> None:
    annotations = dict.fromkeys(documents.MANIFEST["layers"][0]["annotations"], absent)
    manifest = encode(replaced(documents.MANIFEST, ("layers", 0, "annotations"), annotations))
    (item,) = read_evidence_files([("manifest.json", manifest), ("layer", documents.LAYER)])
    assert isinstance(item, Evidence)
    assert (item.bundle.material, item.bundle.entries) == (NoMaterial(), ())


def test_an_images_own_layers_are_no_evidence() -> None:
    layers = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "0" * 64}]
    assert read_evidence("manifest.json", encode({**documents.MANIFEST, "layers": layers})) == ()


def test_an_index_carries_nothing_itself() -> None:
    assert read_evidence("index.json", encode({"schemaVersion": 2, "manifests": []})) == ()


def test_a_simple_signing_layer_is_known_and_not_read() -> None:
    path = ("layers", 0, "mediaType")
    document = replaced(documents.MANIFEST, path, "application/vnd.dev.cosign.simplesigning.v1+json")
    assert refusal(document) == ("format.unsupported", "/layers/0")


def test_a_legacy_blob_signature_is_read() -> None:
    bundle = read(documents.COSIGN_BLOB)
    assert bundle.content == MessageSignature(SIGNATURE, None)
    assert bundle.material == CertificateMaterial((CERTIFICATE,))
    assert [entry.promise for entry in bundle.entries] == [SIGNATURE]


@pytest.mark.parametrize("cert", [None, "", pem("PUBLIC KEY", b"key"), b64(pem("PUBLIC KEY", b"key").encode())])
def test_t32_a_key_beside_a_legacy_signature_is_not_taken(cert: str | None) -> None:
    assert read({**documents.COSIGN_BLOB, "cert": cert}).material == PublicKeyMaterial("")


def test_t74_a_legacy_blob_has_a_signature() -> None:
    assert refusal({**documents.COSIGN_BLOB, "base64Signature": ""}) == ("bundle.content", "/base64Signature")


@pytest.mark.parametrize("labels", [("PRIVATE KEY",), ("PUBLIC KEY", "CERTIFICATE"), ("CERTIFICATE", "PUBLIC KEY")])
def test_a_legacy_blob_has_certificates_or_one_key(labels: tuple[str, ...]) -> None:
    cert = "".join(pem(label, b"content") for label in labels)
    assert refusal({**documents.COSIGN_BLOB, "cert": cert}) == ("bundle.material", "/cert")
