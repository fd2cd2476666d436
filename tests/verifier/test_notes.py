"""Signed notes under known keys: who signed, who is ignored, and what refuses the whole note.

Signatures are made here by hand from the specifications' own byte layouts, never by code of ours.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from attestations.notes import VerifierKey, key_hint, parse_note, parse_vkey
from fixtures.world.keys import Ed25519Key, MlDsaKey, SigningKey, ec_key, ed25519_key, mldsa_key, rsa_key
from fixtures.world.rsa import sign_pkcs1
from verifier.keys import load_spki
from verifier.notes import NoteKey, authenticate_note, cosigner_key, note_key

ORIGIN = "log.example/2026"
ROOT = hashlib.sha256(b"root").digest()
TEXT = f"{ORIGIN}\n42\n{b64encode(ROOT).decode()}\n".encode()
TIME = 1_760_000_000


def vkey(name: str, type_: int, key: SigningKey) -> VerifierKey:
    raw = key.spki[-1312:] if isinstance(key, MlDsaKey) else key.spki[-32:]
    material = raw if isinstance(key, Ed25519Key | MlDsaKey) else key.spki
    blob = b64encode(bytes([type_]) + material).decode()
    return parse_vkey(f"{name}+{key_hint(name, type_, material).hex()}+{blob}")


def signed(name: str, type_: int, key: SigningKey, text: bytes = TEXT, time: int = TIME) -> str:
    """A signature line of the given type over `text`, a checkpoint with this module's size and root."""
    stamp = time.to_bytes(8, "big")
    if type_ in (0x01, 0x02):
        value = key.sign(text)
    elif type_ == 0x04:
        value = stamp + key.sign(b"cosignature/v1\ntime %d\n" % time + text)
    elif type_ == 0x05:
        signature = key.sign(b"\0\1" + stamp + (42).to_bytes(8, "big") + ROOT)
        value = stamp + b"\4\3" + len(signature).to_bytes(2, "big") + signature
    else:
        cosigner, origin = name.encode(), text.split(b"\n")[0]
        message = b"subtree/v1\n\0" + bytes([len(cosigner)]) + cosigner + stamp + bytes([len(origin)]) + origin
        value = stamp + key.sign(message + bytes(8) + (42).to_bytes(8, "big") + ROOT)
    return line(name, vkey(name, type_, key).key_hint, value)


def line(name: str, hint: bytes, value: bytes) -> str:
    return f"\N{EM DASH} {name} {b64encode(hint + value).decode()}\n"


def note(*lines: str, text: bytes = TEXT) -> bytes:
    return text + b"\n" + "".join(lines).encode()


def names(data: bytes, *keys: NoteKey) -> list[str | None]:
    return [signer.key.name for signer in authenticate_note(parse_note(data), keys)]


def reason(data: bytes, *keys: NoteKey) -> str:
    with pytest.raises(Fault) as met:
        authenticate_note(parse_note(data), keys)
    return met.value.reason


KINDS: dict[int, SigningKey] = {
    0x01: ed25519_key("log"),
    0x02: ec_key("log"),
    0x04: ed25519_key("witness"),
    0x05: ec_key("ct log"),
    0x06: mldsa_key("witness", 44),
}


@pytest.mark.parametrize("type_", KINDS)
def test_each_kind_of_signature_holds(type_: int) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    (signer,) = authenticate_note(parse_note(note(signed(ORIGIN, type_, KINDS[type_]))), [key])
    assert signer.key is key
    assert signer.timestamp == (None if type_ in (1, 2) else TIME)


@pytest.mark.parametrize("type_", KINDS)
def test_a_known_key_that_does_not_hold_refuses_the_note(type_: int) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    good = signed(ORIGIN, type_, KINDS[type_])
    other = note(good, text=TEXT.replace(b"42", b"43"))
    assert reason(other, key) == "signature.invalid"


@pytest.mark.parametrize("type_", [0x04, 0x05, 0x06])
def test_a_timestamp_is_part_of_what_is_signed(type_: int) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    (good,) = parse_note(note(signed(ORIGIN, type_, KINDS[type_]))).signatures
    later = (TIME + 1).to_bytes(8, "big") + good.value[8:]
    assert reason(note(line(ORIGIN, good.key_hint, later)), key) == "signature.invalid"


@pytest.mark.parametrize("type_", [0x04, 0x05, 0x06])
@pytest.mark.parametrize("value", [b"\0" * 8, b"\xff" * 80, b"\0"])
def test_a_timestamp_and_a_signature_are_both_there(type_: int, value: bytes) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    assert reason(note(line(ORIGIN, key.key_hint, value)), key) == "signature.malformed"


@pytest.mark.parametrize("type_", [0x04, 0x05, 0x06])
def test_a_timestamp_lies_below_two_to_the_63rd(type_: int) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    last, over = (note(signed(ORIGIN, type_, KINDS[type_], time=time)) for time in ((1 << 63) - 1, 1 << 63))
    assert names(last, key) == [ORIGIN]
    assert reason(over, key) == "signature.malformed"


def test_signatures_by_unknown_keys_are_ignored() -> None:
    key = note_key(vkey(ORIGIN, 1, KINDS[1]))
    stranger = line("stranger.example", b"\0\0\0\0", bytes(64))
    same_name = line(ORIGIN, b"\0\0\0\0", bytes(64))
    same_hint = line("stranger.example", key.key_hint, bytes(64))
    assert names(note(stranger, same_name, signed(ORIGIN, 1, KINDS[1]), same_hint), key) == [ORIGIN]
    assert names(note(stranger, same_name, same_hint), key) == []


def test_a_bad_signature_beside_a_good_one_refuses_the_note() -> None:
    key = note_key(vkey(ORIGIN, 1, KINDS[1]))
    for lines in [
        (signed(ORIGIN, 1, KINDS[1]), line(ORIGIN, key.key_hint, bytes(64))),
        (line(ORIGIN, key.key_hint, bytes(64)), signed(ORIGIN, 1, KINDS[1])),
    ]:
        assert reason(note(*lines), key) == "signature.invalid"


def test_t26_a_key_that_signs_twice_signed_once() -> None:
    key = note_key(vkey(ORIGIN, 1, KINDS[1]))
    assert names(note(*[signed(ORIGIN, 1, KINDS[1])] * 2), key) == [ORIGIN]
    assert names(note(*(signed(ORIGIN, 4, KINDS[4], time=time) for time in (1, 2))), cosigner()) == [ORIGIN]


def cosigner() -> NoteKey:
    return note_key(vkey(ORIGIN, 4, KINDS[4]))


def test_t24_a_key_that_is_known_twice_is_ambiguous_once_it_signed() -> None:
    key, other = note_key(vkey(ORIGIN, 1, KINDS[1])), note_key(vkey("other.example", 2, KINDS[2]))
    assert reason(note(signed(ORIGIN, 1, KINDS[1])), key, key) == "note.ambiguous_key"
    assert names(note(signed(ORIGIN, 1, KINDS[1])), key, other, other) == [ORIGIN]


def test_two_keys_under_one_name_and_hint_are_ambiguous() -> None:
    """A hint is four bytes: whoever wants a colliding key makes one."""
    key = note_key(vkey(ORIGIN, 1, KINDS[1]))
    colliding = NoteKey(ORIGIN, load_spki(ed25519_key("another").spki), key.key_hint)
    assert reason(note(signed(ORIGIN, 1, KINDS[1])), colliding, key) == "note.ambiguous_key"


def test_a_witness_with_a_plain_key_cosigns() -> None:
    data = note(signed("witness.example", 4, KINDS[4]))
    assert names(data, cosigner_key(vkey("witness.example", 1, KINDS[4]))) == ["witness.example"]
    assert names(data, cosigner_key(vkey("witness.example", 4, KINDS[4]))) == ["witness.example"]
    assert names(data, note_key(vkey("witness.example", 1, KINDS[4]))) == []


def test_a_key_that_signs_otherwise_does_not_cosign() -> None:
    for type_ in (2, 5):
        with pytest.raises(Fault, match=r"key\.unsupported"):
            cosigner_key(vkey("witness.example", type_, KINDS[type_]))


def test_t25_one_public_key_under_two_names_shows_one_fingerprint() -> None:
    """Cosigner names are not covered by Ed25519 cosignatures: a caller that counts must count fingerprints."""
    keys = [note_key(vkey(name, 4, KINDS[4])) for name in ("a.example", "b.example")]
    lines = [signed(name, 4, KINDS[4]) for name in ("a.example", "b.example")]
    signers = authenticate_note(parse_note(note(*lines)), keys)
    assert len(signers) == 2
    assert len({signer.key.key.fingerprint for signer in signers}) == 1


def test_an_order_of_keys_is_an_order_of_signers() -> None:
    keys = [note_key(vkey(f"{type_}.example", type_, KINDS[type_])) for type_ in (1, 2, 4, 6)]
    lines = [signed(f"{type_}.example", type_, KINDS[type_]) for type_ in (6, 4, 2, 1)]
    assert names(note(*lines), *keys) == ["1.example", "2.example", "4.example", "6.example"]


def test_a_key_of_any_name_goes_by_its_hint() -> None:
    key = load_spki(KINDS[2].spki)
    anonymous = NoteKey(None, key, hashlib.sha256(key.spki).digest()[:4])
    assert names(note(signed("whatever.example", 2, KINDS[2])), anonymous) == [None]


def test_one_key_signs_notes_and_cosignatures_apart() -> None:
    """The same Ed25519 key as 0x01 and as 0x04: neither signature passes for the other."""
    log, cosigner = note_key(vkey(ORIGIN, 1, KINDS[1])), note_key(vkey(ORIGIN, 4, KINDS[1]))
    assert names(note(signed(ORIGIN, 1, KINDS[1])), cosigner) == []
    (plain,) = parse_note(note(signed(ORIGIN, 1, KINDS[1]))).signatures
    disguised = line(ORIGIN, cosigner.key_hint, bytes(8) + plain.value)
    assert reason(note(disguised), cosigner) == "signature.invalid"
    assert names(note(signed(ORIGIN, 1, KINDS[1]), signed(ORIGIN, 4, KINDS[1])), log, cosigner) == [ORIGIN] * 2


def test_a_tree_head_does_not_speak_for_another_origin() -> None:
    """RFC 6962 signs size and root alone; whoever moves them under another origin is refused."""
    key = note_key(vkey(ORIGIN, 5, KINDS[5]))
    moved = TEXT.replace(ORIGIN.encode(), b"other.example")
    assert reason(note(signed(ORIGIN, 5, KINDS[5]), text=moved), key) == "signature.invalid"
    extended = TEXT + b"extension\n"
    assert reason(note(signed(ORIGIN, 5, KINDS[5]), text=extended), key) == "signature.invalid"


@pytest.mark.parametrize("change", [b"\5\3", b"\4\7", b"\4\1"])
def test_a_tree_head_names_its_algorithms(change: bytes) -> None:
    key = note_key(vkey(ORIGIN, 5, KINDS[5]))
    (good,) = parse_note(note(signed(ORIGIN, 5, KINDS[5]))).signatures
    for value in (good.value[:8] + change + good.value[10:], good.value + b"\0", good.value[:11]):
        assert reason(note(line(ORIGIN, good.key_hint, value)), key) == "signature.malformed"


def test_a_tree_head_under_an_rsa_key_is_pkcs1_with_sha256() -> None:
    signer = rsa_key("signer")
    key = note_key(vkey(ORIGIN, 5, signer))
    stamp = TIME.to_bytes(8, "big")
    head = b"\0\1" + stamp + (42).to_bytes(8, "big") + ROOT
    for hashing, holds in (("sha256", True), ("sha512", False)):
        signature = sign_pkcs1(signer.numbers, hashing, head)
        data = note(line(ORIGIN, key.key_hint, stamp + b"\4\1" + len(signature).to_bytes(2, "big") + signature))
        if holds:
            assert names(data, key) == [ORIGIN]
        else:
            assert reason(data, key) == "signature.invalid"


def test_a_subtree_cosignature_covers_the_cosigners_name() -> None:
    (good,) = parse_note(note(signed("a.example", 6, KINDS[6]))).signatures
    other = note_key(vkey("b.example", 6, KINDS[6]))
    assert reason(note(line("b.example", other.key_hint, good.value)), other) == "signature.invalid"


def test_a_subtree_cosignature_has_room_for_255_bytes_of_a_name() -> None:
    longest, longer = "é" * 127 + "e", "é" * 128
    assert names(note(signed(longest, 6, KINDS[6])), note_key(vkey(longest, 6, KINDS[6]))) == [longest]
    key = note_key(vkey(longer, 6, KINDS[6]))
    assert reason(note(line(longer, key.key_hint, bytes(2428))), key) == "signature.malformed"


@pytest.mark.parametrize("type_", [0x05, 0x06])
def test_a_key_that_signs_checkpoints_signs_nothing_else(type_: int) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    poem = b"ed \xc3\xa8 subito sera.\n"
    with pytest.raises(Fault, match=r"checkpoint\.malformed"):
        authenticate_note(parse_note(note(signed(ORIGIN, type_, KINDS[type_]), text=poem)), [key])


@pytest.mark.parametrize(
    ("type_", "key", "wanted"),
    [
        (0x01, ed25519_key("log").spki, "key.malformed"),
        (0x02, ed25519_key("log").spki, "key.unsupported"),
        (0x02, rsa_key("one").spki, "key.unsupported"),
        (0x05, ec_key("log", "p384").spki, "key.unsupported"),
        (0x06, bytes(1311), "key.malformed"),
        (0x01, bytes(32), "key.weak"),
        (0xFF, b"longer identifier", "key.unsupported"),
    ],
)
def test_a_key_goes_with_its_type(type_: int, key: bytes, wanted: str) -> None:
    with pytest.raises(Fault) as met:
        note_key(VerifierKey("log.example", key_hint("log.example", type_, key), type_, key))
    assert met.value.reason == wanted


def test_the_specifications_example_verifies() -> None:
    key = note_key(parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"))
    blob = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    text = f"This is an example message.\n\n\N{EM DASH} example.com/foo {blob}\n"
    assert names(text.encode(), key) == ["example.com/foo"]


@given(st.sampled_from(sorted(KINDS)), st.binary(min_size=1, max_size=120))
def test_any_signature_bytes_are_a_typed_refusal(type_: int, value: bytes) -> None:
    key = note_key(vkey(ORIGIN, type_, KINDS[type_]))
    assert reason(note(line(ORIGIN, key.key_hint, value)), key) in ("signature.invalid", "signature.malformed")
