"""Reasons that no request leads to, because something earlier refuses already: the function refuses all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestations.bundles import Envelope, EnvelopeSignature, Evidence
from attestations.digests import Digest, DigestSet
from attestations.evidence import read_evidence
from attestations.notes import parse_note, parse_vkey
from attestations.statements import TYPES, Statement
from fixtures.recipes.keyed import AUDITOR_KEY, VENDOR_KEY
from fixtures.recipes.reading import CHECKPOINT, VKEY
from fixtures.recipes.scene import NOW, RELEASE, TRUST_FILE
from verifier.authenticate import Thresholds, authenticate
from verifier.checks.subject import bind_subjects
from verifier.faults import CheckFault, SignatureFault
from verifier.keys import load_spki
from verifier.notes import authenticate_note, note_key
from verifier.trust import UNBOUNDED, TrustedKey, load_trust_root


def test_t01_a_statement_without_subjects_binds_nothing() -> None:
    statement = Statement(TYPES[0], (), "https://slsa.dev/provenance/v1", None)
    with pytest.raises(CheckFault) as refusal:
        bind_subjects(statement, DigestSet((Digest("sha256", "ab" * 32),)), measured=True)
    assert refusal.value.reason == "subject.none"


def test_t34_a_log_entry_beside_two_signatures_is_nobodys() -> None:
    """No carrier that brings a log entry brings several signatures: the bundle is put together by hand."""
    (item,) = read_evidence("evidence.json", bytes(RELEASE.bundle(signer=VENDOR_KEY)))
    assert isinstance(item, Evidence) and isinstance(item.bundle.content, Envelope)
    second = EnvelopeSignature(AUDITOR_KEY.sign(b"something else"))
    content = replace(item.bundle.content, signatures=(*item.bundle.content.signatures, second))
    key = TrustedKey(load_spki(VENDOR_KEY.spki), UNBOUNDED, "vendor.pem")
    with pytest.raises(SignatureFault) as refusal:
        authenticate(
            replace(item, bundle=replace(item.bundle, content=content)),
            artifact=DigestSet((Digest("sha256", RELEASE.sha256),)),
            trust=(load_trust_root(TRUST_FILE.content, name="world", dated=None),),
            keys=(key,),
            requirements=Thresholds(),
            now=NOW,
        )
    assert refusal.value.reason == "envelope.signatures"


def test_t25_a_signature_that_names_two_known_keys_is_by_neither() -> None:
    key = note_key(parse_vkey(VKEY))
    with pytest.raises(SignatureFault) as refusal:
        authenticate_note(parse_note(CHECKPOINT), (key, key))
    assert refusal.value.reason == "note.ambiguous_key"
