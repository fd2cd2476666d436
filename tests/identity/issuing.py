"""Issuers of identity tokens, made here: their keys, what they publish, and whatever a thief would write instead."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec import Struct

from api.effects.egress import Answer
from api.effects.faults import AccessFault, EgressFault
from api.effects.issuer_keys import PublishedKeys
from api.effects.oidc import Issuer
from fixtures.recipes.scene import NOW

AUDIENCE = "https://countersign.example"


def segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def document(tree: Mapping[str, Any]) -> str:
    return segment(json.dumps(tree).encode())


@functools.cache
def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of its own for each name."""
    return rsa.generate_private_key(65537, bits)


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    sized = {"n": numbers.n, "e": numbers.e}
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256"} | {
        name: segment(number.to_bytes((number.bit_length() + 7) // 8)) for name, number in sized.items()
    }


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def refused_for(reason: str) -> pytest.RaisesExc[AccessFault]:
    """A refusal for this very reason, as a context."""
    return pytest.RaisesExc(AccessFault, check=lambda fault: fault.reason == reason)


class Maker(Struct, frozen=True):
    """An issuer at work: signs with `key` under `kid`, whatever it is told to say."""

    url: str
    key: rsa.RSAPrivateKey
    kid: str = "k1"

    @property
    def published(self) -> bytes:
        return json.dumps({"keys": [jwk(self.key, self.kid)]}).encode()

    @property
    def issuer(self) -> Issuer:
        return Issuer(url=self.url, audience=AUDIENCE, anchors=("repository_id",), claims=("ref",))

    def claims(self, **changed: Any) -> dict[str, Any]:
        """What it says of a job, with changes; a claim that is changed to None is left out."""
        at = int(NOW.timestamp())
        said = {
            "iss": self.url,
            "sub": "repo:acme/scanner:ref:refs/heads/main",
            "aud": AUDIENCE,
            "iat": at - 10,
            "nbf": at - 10,
            "exp": at + 300,
            "repository": "acme/scanner",
            "repository_id": "4711",
            "repository_owner": "acme",
            "repository_owner_id": "9919",
            "ref": "refs/heads/main",
        }
        return {name: value for name, value in (said | changed).items() if value is not None}

    def token(self, claims: Mapping[str, Any] | None = None, **header: Any) -> str:
        """An RS256 token over `claims`; `header` adds to its header, or changes it."""
        made = {"alg": "RS256", "typ": "JWT", "kid": self.kid} | header
        return self.sign(document(made), document(self.claims() if claims is None else claims))

    def sign(self, header: str, payload: str | None = None) -> str:
        """The token of a header and a payload that are spelled already."""
        body = f"{header}.{payload or document(self.claims())}"
        return f"{body}.{segment(self.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def symmetric(self, secret: bytes) -> str:
        """An HS256 token under `secret`."""
        body = f"{document({'alg': 'HS256', 'typ': 'JWT', 'kid': self.kid})}.{document(self.claims())}"
        return f"{body}.{segment(hmac.digest(secret, body.encode(), hashlib.sha256))}"

    def unsigned(self, algorithm: str) -> str:
        """A token with no signature at all, which says so by `algorithm`."""
        return f"{document({'alg': algorithm, 'typ': 'JWT', 'kid': self.kid})}.{document(self.claims())}."


class Web:
    """What issuers publish, by address; it counts who is asked."""

    def __init__(self, *makers: Maker) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        for maker in makers:
            self.publish(maker)

    def publish(self, maker: Maker) -> None:
        found = {"issuer": maker.url, "jwks_uri": f"{maker.url}/keys"}
        self.pages[f"{maker.url}/.well-known/openid-configuration"] = json.dumps(found).encode()
        self.pages[f"{maker.url}/keys"] = maker.published

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        if url not in self.pages:
            raise EgressFault("egress.unreachable", "nothing there")
        return Answer(200, self.pages[url], {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        raise EgressFault("egress.unreachable", "nothing there")

    def check(self, url: str) -> None:
        """Everything that is published may be asked for."""

    @property
    def keys(self) -> PublishedKeys:
        return PublishedKeys(self)
