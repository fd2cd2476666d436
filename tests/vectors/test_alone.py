"""Reasons that no request leads to, because something earlier refuses already: the function refuses all the same."""

from __future__ import annotations

import pytest

from attestations.digests import Digest, DigestSet
from attestations.notes import parse_note, parse_vkey
from attestations.statements import TYPES, Statement
from fixtures.recipes.reading import CHECKPOINT, VKEY
from verifier.checks.subject import bind_subjects
from verifier.faults import CheckFault, SignatureFault
from verifier.notes import authenticate_note, note_key


def test_t01_a_statement_without_subjects_binds_nothing() -> None:
    statement = Statement(TYPES[0], (), "https://slsa.dev/provenance/v1", None)
    with pytest.raises(CheckFault) as refusal:
        bind_subjects(statement, DigestSet((Digest("sha256", "ab" * 32),)), measured=True)
    assert refusal.value.reason == "subject.none"


def test_t25_a_signature_that_names_two_known_keys_is_by_neither() -> None:
    key = note_key(parse_vkey(VKEY))
    with pytest.raises(SignatureFault) as refusal:
        authenticate_note(parse_note(CHECKPOINT), (key, key))
    assert refusal.value.reason == "note.ambiguous_key"
