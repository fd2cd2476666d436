"""People with root keys, verdict keys, and trust documents that they sign; made in memory, changed by each test."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from msgspec.structs import replace

from api.effects.keys.files import FileSigner, file_signer
from attestations.faults import Place
from attestations.trust_documents import Terms, VerdictKey, covered_bytes, write_trust_document
from attestations.tuf.metadata import Signature
from attestations.tuf.roles import Key
from verifier.trust_documents import root_key, verdict_key

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
EXPIRES = datetime.datetime(2027, 3, 1, tzinfo=datetime.UTC)
BASE = "https://audit.example"


@cache
def person(name: str) -> FileSigner:
    """A person's key: of Ed25519 where the name's length is odd, ECDSA otherwise."""
    private = ed25519.Ed25519PrivateKey.generate() if len(name) % 2 else ec.generate_private_key(ec.SECP256R1())
    return file_signer(private, Place())


def root_of(name: str) -> tuple[str, Key]:
    """The key of a person, by its id, as TUF spells it."""
    return root_key(person(name).public_key)


def verdict_of(name: str) -> VerdictKey:
    """The key of a signer of verdicts, in the usual window."""
    return verdict_key(person(name).public_key, START, EXPIRES)


def terms(people: Iterable[str] = ("ann", "bert", "carl"), threshold: int = 2) -> Terms:
    return Terms(
        version=1,
        expires=EXPIRES,
        base=BASE,
        unattended=False,
        roots=dict(map(root_of, people)),
        threshold=threshold,
        verdict_keys=(verdict_of("verdicts"),),
    )


def after(before: Terms, **changes: object) -> Terms:
    """The next version."""
    return replace(before, version=before.version + 1, **changes)


def signed(said: Terms, *people: str) -> bytes:
    """The document that says `said`, signed by `people`."""
    signatures = [
        Signature(person(name).public_key.fingerprint.hex, person(name).sign(covered_bytes(said))) for name in people
    ]
    return write_trust_document(said, signatures)
