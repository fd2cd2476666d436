"""A world's evidence, and one way to ask whether it authenticates: each test changes what it is about."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import pytest

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.world import Document, Release, World
from fixtures.world.keys import SigningKey, ec_key
from verifier.authenticate import Thresholds, authenticate
from verifier.authenticated import Authenticated
from verifier.keys import load_spki
from verifier.trust import UNBOUNDED, TrustedKey, TrustRoot, Window, load_trust_root

MOMENT = datetime.datetime(2026, 3, 2, 11, 4, tzinfo=datetime.UTC)
NOW = MOMENT + datetime.timedelta(days=12)
WORLD = World.at(MOMENT)
MALLORY = World.at(MOMENT, "mallory")
RELEASE = WORLD.build("endpoint-7.1.0.exe", tag="v7.1.0")
OTHER = WORLD.build("endpoint-7.0.9.exe", tag="v7.0.9")
VENDOR = ec_key("acme release")


def root(world: World = WORLD) -> TrustRoot:
    """The trust root that names all of `world`."""
    return load_trust_root(bytes(world.trusted_root()), name="world", dated=MOMENT)


ROOT = root()


def digests(release: Release = RELEASE, *names: str) -> DigestSet:
    """The artifact, by SHA-256 or by the algorithms named."""
    algorithms = names or ("sha256",)
    return DigestSet(tuple(Digest(name, hashlib.new(name, release.content).hexdigest()) for name in sorted(algorithms)))


def evidence(document: Document) -> Evidence:
    """The one bundle in `document`."""
    (item,) = read_evidence("bundle.json", bytes(document))
    assert not isinstance(item, Unreadable), item.fault
    return item


def pin(key: SigningKey, window: Window = UNBOUNDED) -> TrustedKey:
    return TrustedKey(load_spki(key.spki), window, "key.pem")


def ask(document: Document | Evidence, **changes: Any) -> Authenticated:
    """`authenticate` about the usual release under the usual root; `changes` are its arguments."""
    given: dict[str, Any] = {
        "artifact": digests(),
        "trust": (ROOT,),
        "keys": (),
        "requirements": Thresholds(),
        "now": NOW,
    }
    return authenticate(document if isinstance(document, Evidence) else evidence(document), **{**given, **changes})


def refused(document: Document | Evidence, **changes: Any) -> Fault:
    """The fault that `ask` raises, which places itself in the evidence."""
    with pytest.raises(Fault) as caught:
        ask(document, **changes)
    assert caught.value.place.source == "bundle.json"
    return caught.value
