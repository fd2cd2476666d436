"""cosign's older forms: layers with their manifest, and signatures over blobs."""

from __future__ import annotations

import hashlib

import pytest

from attestations.bundles import (
    CertificateMaterial,
    Envelope,
    EnvelopeSignature,
    Evidence,
    MessageSignature,
    NoMaterial,
    PublicKeyMaterial,
)
from attestations.evidence import Unreadable, read_evidence, read_evidence_files
from attestations.limits import Limits

from . import documents
from .documents import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE, b64, encode, pem
from .samples import read, refusal, replaced, without

ENVELOPE = Envelope(encode(documents.STATEMENT), PAYLOAD_TYPE, (EnvelopeSignature(SIGNATURE),))


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
