"""No single edit of good evidence passes, but for those that are argued here.

Two editors. One holds no key and edits the finished bundle, at every member of its JSON. The other is the expected
signer and edits what the statement claims, then signs and logs it properly.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import escape_pointer
from fixtures.recipes.scene import DATED, NOW, POLICY, RELEASE, SIGNED_POLICY, TRUST_FILE, policy_file
from fixtures.world import Document
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, Request, TrustFile
from verifier.verdict import Artifact

BUNDLES: Mapping[str, Document] = {
    "rekor-v1": RELEASE.bundle(),
    "rekor-v1, old bundle": RELEASE.bundle(media="0.1"),
    "rekor-v2": RELEASE.bundle(log="rekor-v2"),
    "signature in rekor-v1": RELEASE.signature(),
    "signature in rekor-v2": RELEASE.signature(log="rekor-v2"),
}

ENTRIES = "/verificationMaterial/tlogEntries"
STAMPS = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps"
CHAIN = "/verificationMaterial/x509CertificateChain/certificates"

HARMLESS: Mapping[str, str] = {
    f"{ENTRIES} twice": "one log counts once, however often it is shown",
    f"{STAMPS} twice": "one authority counts once, however often it is shown",
    f"{CHAIN} twice": "what follows the leaf is untrusted help",
    "/messageSignature/messageDigest dropped": "a hint: the artifact's own digest is what was signed",
    "/messageSignature/messageDigest null": "as dropped",
}
"""Edits of a bundle that may pass, and why."""

OLD: Mapping[str, str] = {
    f"{ENTRIES}/0/inclusionProof dropped": "a 0.1 bundle may rest on its promise alone",
    f"{ENTRIES}/0/inclusionProof null": "as dropped",
}
"""Edits of a 0.1 bundle that may pass besides."""

FREE: Mapping[str, str] = {
    "/subject/0/name": "the policy does not ask for a name; the digest says which file it is",
    "/predicate/buildDefinition/internalParameters": "the builder's own, for debugging: no policy pins it",
    "/predicate/buildDefinition/resolvedDependencies": "the policy pins no commit; what is told must fit, no more",
    "/predicate/runDetails/metadata": "which run it was",
}
"""Claims that the usual policy leaves open, with all that is below them, and why."""


def _passes(bundle: Document, policy: Document) -> bool:
    verdict = judge(
        Request(
            artifact=Artifact(RELEASE.name, DigestSet((Digest("sha256", RELEASE.sha256),)), len(RELEASE.content)),
            evidence=(EvidenceFile("evidence.json", bytes(bundle)),),
            policy=parse_policy(policy_file(policy).content, "policy.toml", DEFAULT_LIMITS),
            release="7.1.0",
            trust=(TrustFile("world", TRUST_FILE.content, DATED),),
            keys=(),
            now=NOW,
            limits=DEFAULT_LIMITS,
            version="edits",
        )
    )
    return verdict.outcome is Outcome.PASSED


def _pointers(value: Any, pointer: str = "") -> Iterator[str]:
    """Every member and item below a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        below = f"{pointer}/{escape_pointer(str(name))}"
        yield below
        yield from _pointers(item, below)


def _edits(document: Document, pointer: str) -> Iterator[tuple[str, Document]]:
    """What can be done to one member: lost, emptied, of another type, of another value."""
    value = document.get(pointer)
    yield "dropped", document.drop(pointer)
    yield "null", document.set(pointer, None)
    yield "another type", document.set(pointer, 7 if not isinstance(value, int) else "seven")
    yield "empty", document.set(pointer, type(value)())
    if isinstance(value, str):
        yield "changed", document.set(pointer, ("B" if value[:1] == "A" else "A") + value[1:])
        yield "longer", document.set(pointer, value + "A")
    if isinstance(value, list):
        yield "twice", document.set(pointer, value * 2)
        yield "reversed", document.set(pointer, value[::-1])


def _passing(document: Document, policy: Document) -> set[str]:
    found = set()
    for pointer in _pointers(document.value):
        for kind, edited in _edits(document, pointer):
            if edited != document and _passes(edited, policy):
                found.add(f"{pointer} {kind}")
    return found


@pytest.mark.parametrize("name", BUNDLES)
def test_no_edit_of_a_bundle_passes(name: str) -> None:
    policy = SIGNED_POLICY if name.startswith("signature") else POLICY
    assert _passes(BUNDLES[name], policy)
    assert _passing(BUNDLES[name], policy) - set(HARMLESS) - (set(OLD) if "old" in name else set()) == set()


def test_no_claim_that_the_policy_pins_can_be_another() -> None:
    statement = RELEASE.statement
    passing = [
        f"{pointer} {kind}"
        for pointer in _pointers(statement.value)
        if not any(pointer == free or pointer.startswith(f"{free}/") for free in FREE)
        for kind, edited in _edits(statement, pointer)
        if edited != statement and _passes(dataclasses.replace(RELEASE, statement=edited).bundle(), POLICY)
    ]
    assert passing == ["/subject twice"]  # the same subject, named twice
