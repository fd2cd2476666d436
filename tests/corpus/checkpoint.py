"""Signed notes, checkpoints and the keys that sign them."""

from __future__ import annotations

from attestations.checkpoints import SHA256_SIZE, parse_checkpoint
from attestations.notes import parse_note, parse_vkey
from verifier.checkpoints import NoteKey, authenticate_checkpoint, rekor_v1_key
from verifier.faults import LogFault
from verifier.keys import load_pem
from verifier.notes import authenticate_note, cosigner_key, note_key

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    return attempt(lambda: _check(case))


def _check(case: Case) -> None:
    if case.stage == "checkpoint-signature":
        _checkpoint(case)
    elif case.stage == "note-signature":
        if not authenticate_note(parse_note(case.read("note")), _keys(case)):
            raise LogFault("checkpoint.unsigned", "no known key signed the note")
    elif case.files:
        _parse(case)
    else:
        _keys(case)


def _parse(case: Case) -> None:
    data = case.read("checkpoint")
    text = data if "no signatures" in case.params["check"] else parse_note(data).text
    checkpoint = parse_checkpoint(text, root_size=_root_size(case))
    if checkpoint.origin != case.params.get("origin", checkpoint.origin):
        raise LogFault("checkpoint.origin", "another log's checkpoint")


def _checkpoint(case: Case) -> None:
    note = case.read("note" if "note" in case.files else "checkpoint")
    authenticate_checkpoint(note, _log(case), origin=case.params["origin"], root_size=_root_size(case))
    signers = authenticate_note(parse_note(note), _keys(case))
    if len(signers) < case.params.get("verified_signatures", 0):
        raise LogFault("checkpoint.unsigned", "fewer known keys signed than the case states")


def _log(case: Case) -> NoteKey:
    if "key" in case.files:
        return rekor_v1_key(load_pem(case.read("key")), name=case.params["key_name"], scheme=None)
    return note_key(parse_vkey(case.params["log_key"]))


def _keys(case: Case) -> tuple[NoteKey, ...]:
    load = cosigner_key if "cosignature" in case.params.get("check", "") else note_key
    return tuple(load(parse_vkey(text)) for text in case.params.get("verifier_keys", ()))


def _root_size(case: Case) -> int | None:
    return None if case.params.get("root_hash_length", "").startswith("any") else SHA256_SIZE
