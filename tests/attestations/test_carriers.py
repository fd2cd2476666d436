"""Carriers: each is recognised by what stands in it, and gives the bundles that it carries."""

from __future__ import annotations

from typing import Any

import pytest

from attestations.bundles import (
    Bundle,
    CertificateMaterial,
    Envelope,
    EnvelopeSignature,
    Evidence,
    NoMaterial,
)
from attestations.carriers import CARRIERS
from attestations.evidence import Unreadable, read_evidence

from . import documents
from .documents import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE, b64, encode
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
    "npm-manifest": "npm-manifest",
    "layout": "in-toto-metablock",
    "link": "in-toto-metablock",
    "verdict-bundle": "verdict-bundle",
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


@pytest.mark.parametrize("cert", ["", None])
def test_an_empty_certificate_is_none(cert: str | None) -> None:
    assert read(replaced(documents.ENVELOPE, ("signatures", 0, "cert"), cert)).material == NoMaterial()


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


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (("verification_material", "certificate"), "bundle.material"),
        (("envelope", "signature"), "envelope.unsigned"),
        (
            ("verification_material", "transparency_entries", 0, "inclusionProof", "checkpoint", "envelope"),
            "bundle.no_proof",
        ),
    ],
)
def test_t74_nothing_of_a_pypi_attestation_is_empty(path: tuple[str | int, ...], reason: str) -> None:
    assert refusal(replaced(documents.PYPI_ATTESTATION, path, ""))[0] == reason


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
