"""Keys that a cloud keeps. No cloud is asked: one of our own stands in for what securesystemslib says to it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.effects.faults import KeyFault
from api.effects.keys import open_signer
from verifier.signatures import verify

from .test_tokens import Silent, refused

clouds: Any = importlib.import_module("securesystemslib.signer")

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

URIS = {
    "AWSSigner": ("awskms:arn:aws:kms:eu-1:1:key/k", ("arn:aws:kms:eu-1:1:key/k",)),
    "GCPSigner": ("gcpkms:projects/p/cryptoKeyVersions/1", ("projects/p/cryptoKeyVersions/1",)),
    "AzureSigner": ("azurekms://acme-vault.vault.azure.net/keys/release", ("acme-vault", "release")),
}


class Cloud:
    """Signs with `KEY`, and keeps what it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str = "ecdsa-sha2-nistp256") -> None:
        self.asked: list[tuple[str, ...]] = []
        self.sign: Callable[[bytes], Any] = self._sign
        key = SimpleNamespace(scheme=scheme, keyval={"public": PEM})
        monkeypatch.setattr(getattr(clouds, name), "import_", lambda *given: ("uri", self._note(given, key)))
        monkeypatch.setattr(clouds.Signer, "from_priv_key_uri", lambda _uri, _key: self)

    def _note(self, given: tuple[str, ...], key: Any) -> Any:
        self.asked.append(given)
        return key

    def _sign(self, message: bytes) -> Any:
        return SimpleNamespace(signature=KEY.sign(message, ec.ECDSA(hashes.SHA256())).hex())


@pytest.mark.parametrize("name", URIS)
def test_what_a_cloud_signs_verifies_and_the_right_key_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    uri, asked = URIS[name]
    cloud = Cloud(monkeypatch, name)
    signer = open_signer(uri, Silent())
    assert cloud.asked == [asked]
    verify(signer.public_key, signer.sign(b"message"), b"message", scheme=signer.scheme)


def test_a_cloud_that_signs_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(monkeypatch, "AWSSigner")
    signer = open_signer("awskms:k", Silent())
    honest = cloud.sign
    cloud.sign = lambda message: honest(b"tuf" + message)
    with pytest.raises(KeyFault, match=r"\[signing\.failed\]"):
        signer.sign(b"message")


def test_a_cloud_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(monkeypatch, "AWSSigner")
    signer = open_signer("awskms:k", Silent())

    def fail(message: bytes) -> None:
        raise OSError("no route\nto host")

    cloud.sign = fail
    with pytest.raises(KeyFault, match=r"no route to host \[signing.service\]"):
        signer.sign(b"message")


def test_a_kind_of_key_whose_signatures_are_not_over_the_message_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Cloud(monkeypatch, "GCPSigner", "ml-dsa-65/1")
    assert refused("gcpkms:projects/p") == "signing.key_unsupported"


@pytest.mark.parametrize("uri", ["awskms:", "gcpkms:", "azurekms:x", "azurekms://elsewhere.example/keys/k"])
def test_what_names_no_key_of_a_cloud_is_refused(uri: str) -> None:
    assert refused(uri) == "signing.uri"


def test_a_cloud_without_its_library_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("securesystemslib.signer._aws_signer.AWS_IMPORT_ERROR", "boto3 is wanted")
    with pytest.raises(KeyFault, match=r"boto3 is wanted \[signing.unavailable\]"):
        open_signer("awskms:k", Silent())
    monkeypatch.setitem(sys.modules, "securesystemslib.signer", None)
    assert refused("awskms:k") == "signing.unavailable"
