"""Persons who sign waivers, and waivers of every kind."""

from __future__ import annotations

import datetime
import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from msgspec import Struct

from attestations.dsse import pae
from fixtures.recipes.scene import NOW
from verifier.keys import load_pem
from verifier.waivers import Approver

TYPE = "application/vnd.in-toto+json"
HOUR = datetime.timedelta(hours=1)


class Person(Struct, frozen=True):
    """Somebody with a key."""

    name: str
    key: ed25519.Ed25519PrivateKey

    @property
    def pem(self) -> str:
        return (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    @property
    def approver(self) -> Approver:
        return Approver(self.name, load_pem(self.pem.encode()))


def person(name: str) -> Person:
    seed = name.encode().ljust(32, b".")
    return Person(name, ed25519.Ed25519PrivateKey.from_private_bytes(seed))


ANNA, BERT, CARL = map(person, ("Anna", "Bert", "Carl"))


def waiver(
    policy: str,
    start: datetime.datetime = NOW,
    length: datetime.timedelta = HOUR,
    *,
    files: tuple[str, ...] = ("1" * 64,),
    **changes: Any,
) -> bytes:
    """The payload of a waiver of files by SHA-256, under the policy of that digest."""
    predicate = {
        "policy": {"sha256": policy},
        "reasons": ["trust.stale"],
        "from": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{start + length:%Y-%m-%dT%H:%M:%SZ}",
        "why": "the mirror is being moved",
    }
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "endpoint.exe", "digest": {"sha256": sha256}} for sha256 in files],
        "predicateType": "https://countersign.example/types/waiver/v1",
        "predicate": predicate | changes,
    }
    return json.dumps(statement).encode()


def signed(payload: bytes, by: Person, kind: str = TYPE, **changes: Any) -> bytes:
    """An envelope by one person."""
    signature = {"keyid": "", "sig": b64encode(by.key.sign(pae(kind, payload))).decode()}
    envelope = {"payloadType": kind, "payload": b64encode(payload).decode(), "signatures": [signature]}
    return json.dumps(envelope | changes).encode()


def by_two(payload: bytes) -> tuple[bytes, ...]:
    """Envelopes by Anna and Bert."""
    return (signed(payload, ANNA), signed(payload, BERT))
