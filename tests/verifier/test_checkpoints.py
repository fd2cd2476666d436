"""Checkpoints under their log's key, and inclusion that ends in a root the log has signed."""

from __future__ import annotations

from base64 import b64encode

import pytest

from attestations.checkpoints import Checkpoint
from attestations.faults import Fault
from fixtures.world.keys import SigningKey, ec_key, ed25519_key
from fixtures.world.merkle import Tree
from fixtures.world.notes import checkpoint_text, key_id, sign_note
from verifier.checkpoints import NoteKey, authenticate_checkpoint, rekor_v1_key
from verifier.keys import load_spki
from verifier.merkle import leaf_hash, verify_inclusion

ORIGIN = "rekor.example - 1234567890"
NAME = "rekor.example"
KEY = ec_key("rekor")
LOG = rekor_v1_key(load_spki(KEY.spki), name=NAME, scheme=None)
TREE = Tree.of(*(b"entry %d" % number for number in range(7)))


def checkpoint(
    *signers: tuple[str, SigningKey], extensions: tuple[str, ...] = ("Timestamp: 1688058656037355364",)
) -> bytes:
    return sign_note(checkpoint_text(ORIGIN, TREE, extensions), *signers)


def reason(note: bytes) -> str:
    with pytest.raises(Fault) as met:
        authenticate_checkpoint(note, LOG)
    return met.value.reason


def test_a_rekor_v1_checkpoint_is_authenticated_with_its_extension_lines() -> None:
    note = checkpoint((NAME, KEY))
    assert authenticate_checkpoint(note, LOG, origin=ORIGIN) == Checkpoint(
        ORIGIN, 7, TREE.root, ("Timestamp: 1688058656037355364",)
    )


def test_a_rekor_v2_checkpoint_is_authenticated_by_its_ed25519_key() -> None:
    key = ed25519_key("rekor v2")
    log = NoteKey("log2026.example", load_spki(key.spki), key_id("log2026.example", key)[:4])
    note = sign_note(checkpoint_text("log2026.example", TREE), ("log2026.example", key))
    assert authenticate_checkpoint(note, log, origin="log2026.example").root == TREE.root


def test_t41_a_checkpoint_that_nobody_signed_is_refused() -> None:
    text = checkpoint_text(ORIGIN, TREE)
    assert reason(text) == "note.malformed"
    assert reason(text + b"\n") == "note.malformed"


def test_t41_a_checkpoint_that_another_signed_is_refused() -> None:
    assert reason(checkpoint((NAME, ec_key("attacker")))) == "checkpoint.unsigned"
    assert reason(checkpoint(("attacker.example", KEY))) == "checkpoint.unsigned"


def test_t41_an_attackers_signature_under_the_logs_hint_is_refused() -> None:
    signature = ec_key("attacker").sign(checkpoint_text(ORIGIN, TREE))
    blob = b64encode(LOG.key_hint + signature).decode()
    forged = checkpoint_text(ORIGIN, TREE) + f"\n\N{EM DASH} {NAME} {blob}\n".encode()
    assert reason(forged) == "signature.invalid"


def test_t41_every_byte_of_the_text_is_signed() -> None:
    note = checkpoint((NAME, KEY))
    end = note.index(b"\n\n") + 1
    for at in range(end):
        changed = note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]
        assert reason(changed).partition(".")[0] in ("signature", "note")


def test_t41_an_inclusion_proof_holds_under_the_signed_root_alone() -> None:
    signed = authenticate_checkpoint(checkpoint((NAME, KEY)), LOG, origin=ORIGIN)
    path = TREE.inclusion_proof(3)
    verify_inclusion(3, signed.size, leaf_hash(b"entry 3"), path, signed.root)
    forged = Tree.of(b"entry of the attacker", b"another")
    with pytest.raises(Fault, match=r"log\.inclusion_invalid"):
        verify_inclusion(0, signed.size, leaf_hash(b"entry of the attacker"), forged.inclusion_proof(0), signed.root)


def test_t40_another_logs_checkpoint_under_the_same_key_is_refused() -> None:
    with pytest.raises(Fault, match=r"checkpoint\.origin") as met:
        authenticate_checkpoint(checkpoint((NAME, KEY)), LOG, origin="rekor.example - 1")
    assert (met.value.expected, met.value.actual) == ("rekor.example - 1", ORIGIN)


def test_signatures_by_others_change_nothing() -> None:
    alone = authenticate_checkpoint(checkpoint((NAME, KEY)), LOG)
    witness = ("witness.example", ed25519_key("witness"))
    assert authenticate_checkpoint(checkpoint(witness, (NAME, KEY), witness), LOG) == alone


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    assert reason(sign_note(b"ed \xc3\xa8 subito sera.\n", (NAME, KEY))) == "checkpoint.malformed"
    assert reason(sign_note(f"{ORIGIN}\n007\n".encode() + b64encode(TREE.root) + b"\n", (NAME, KEY))) == (
        "checkpoint.malformed"
    )


def test_the_log_may_be_known_by_its_key_alone() -> None:
    anyone = rekor_v1_key(load_spki(KEY.spki), name=None, scheme=None)
    assert authenticate_checkpoint(checkpoint(("renamed.example", KEY)), anyone).size == 7
