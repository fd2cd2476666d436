"""Signed notes under known keys: which of them signed the text.

    kind            signature type   the signature covers
    note            0x01  0x02       the note's text
    cosignature/v1  0x04             a header, a timestamp, the note's text
    tree-head       0x05             a checkpoint's size and root, a timestamp (RFC 6962)
    subtree/v1      0x06             a checkpoint's origin, size and root, a timestamp, the cosigner's name

Signatures by unknown keys are ignored. A signature by a known key that does not verify refuses the whole note.

Spec: C2SP signed-note v1.0.0, https://c2sp.org/signed-note@v1.0.0; tlog-cosignature, https://c2sp.org/tlog-cosignature;
static-ct-api, https://c2sp.org/static-ct-api
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from attestations import notes
from attestations.checkpoints import Checkpoint, parse_checkpoint
from attestations.notes import Note, NoteSignature, VerifierKey

from .faults import SignatureFault
from .keys import PublicKey, load_ed25519, load_ml_dsa_44, load_spki
from .signatures import Scheme, named, verify

NOTE, COSIGNATURE, TREE_HEAD, SUBTREE = "note", "cosignature/v1", "tree-head", "subtree/v1"


class NoteKey(Struct, frozen=True):
    """A key that may sign notes.

    `key_hint` is the 4 bytes that its signatures carry. `name` None answers to any name: Rekor v1 logs are known by
    their key alone. `kind` is what its signatures cover, out of the module's table; `scheme` None allows every scheme
    that the key allows.
    """

    name: str | None
    key: PublicKey
    key_hint: bytes
    kind: str = NOTE
    scheme: Scheme | None = None


class NoteSigner(Struct, frozen=True):
    """A known key that signed, and when it says it did: Unix seconds in cosignatures, milliseconds in tree heads."""

    key: NoteKey
    timestamp: int | None


def note_key(vkey: VerifierKey) -> NoteKey:
    """The key that a verifier key holds.

    Raises:
        SignatureFault: ``key.malformed``, ``key.weak``; ``key.unsupported`` for a signature type that is not in the
            module's table, and for a key that does not go with its type.
    """
    if vkey.type not in _KINDS:
        raise SignatureFault("key.unsupported", f"note signatures of type 0x{vkey.type:02x} are not read")
    load, algorithms, kind = _KINDS[vkey.type]
    key = load(vkey.key)
    if not key.algorithm.startswith(algorithms):
        raise SignatureFault("key.unsupported", f"{key.algorithm} keys do not sign notes of type 0x{vkey.type:02x}")
    scheme = _TREE_HEAD_SCHEMES[key.algorithm] if kind == TREE_HEAD else None
    return NoteKey(vkey.name, key, vkey.key_hint, kind, scheme)


# RFC 6962 section 2.1.4 allows these two and no others.
_TREE_HEAD_SCHEMES = {"ecdsa-p256": named("ecdsa-p256-sha256"), "rsa": named("rsa-pkcs1-sha256")}
_KINDS: Mapping[int, tuple[Callable[[bytes], PublicKey], tuple[str, ...], str]] = {
    notes.ED25519: (load_ed25519, ("ed25519",), NOTE),
    notes.ECDSA: (load_spki, ("ecdsa-",), NOTE),
    notes.ED25519_COSIGNATURE: (load_ed25519, ("ed25519",), COSIGNATURE),
    notes.RFC6962_TREE_HEAD: (load_spki, ("ecdsa-p256", "rsa"), TREE_HEAD),
    notes.ML_DSA_44_COSIGNATURE: (load_ml_dsa_44, ("ml-dsa-44",), SUBTREE),
}


def cosigner_key(vkey: VerifierKey) -> NoteKey:
    """The key by which a witness cosigns.

    Witnesses often publish a plain Ed25519 verifier key: its cosignatures carry the hint of their own type.

    Raises:
        SignatureFault: ``key.unsupported`` for a type that does not cosign, and what `note_key` raises.
    """
    if vkey.type == notes.ED25519:
        hint = notes.key_hint(vkey.name, notes.ED25519_COSIGNATURE, vkey.key)
        vkey = VerifierKey(vkey.name, hint, notes.ED25519_COSIGNATURE, vkey.key)
    if vkey.type not in (notes.ED25519_COSIGNATURE, notes.ML_DSA_44_COSIGNATURE):
        raise SignatureFault("key.unsupported", f"keys of type 0x{vkey.type:02x} do not cosign")
    return note_key(vkey)


def authenticate_note(note: Note, keys: Iterable[NoteKey]) -> tuple[NoteSigner, ...]:
    """Prove which of `keys` signed the note, each once and in the order of `keys`; none is an answer too.

    One public key under two names is for the caller to count once, by its fingerprint (T25).

    Raises:
        SignatureFault: ``signature.invalid``, ``signature.malformed`` where a signature names one of `keys` and does
            not verify under it; ``note.ambiguous_key`` where it names two, or one that is there twice.
        FormatFault: ``checkpoint.malformed`` where a key signs checkpoints and the text is none.

    Spec: section Signatures, https://c2sp.org/signed-note@v1.0.0
    """
    known = tuple(keys)
    timestamps: dict[NoteKey, int | None] = {}
    for line in dict.fromkeys(note.signatures):
        meant = [key for key in known if key.key_hint == line.key_hint and key.name in (None, line.name)]
        if len(meant) > 1:
            raise SignatureFault("note.ambiguous_key", "a signature names two known keys", actual=line.name[:120])
        for key in meant:
            timestamps.setdefault(key, _CHECKS[key.kind](note.text, line, key))
    return tuple(NoteSigner(key, timestamps[key]) for key in known if key in timestamps)


def _check_note(text: bytes, line: NoteSignature, key: NoteKey) -> None:
    verify(key.key, line.value, text, scheme=key.scheme)


def _check_cosignature(text: bytes, line: NoteSignature, key: NoteKey) -> int:
    timestamp, signature = _timestamped(line.value)
    verify(key.key, signature, b"cosignature/v1\ntime %d\n%b" % (timestamp, text), scheme=key.scheme)
    return timestamp


# SignatureAndHashAlgorithm of RFC 5246 section 7.4.1.4.1: the hash, then the kind of key.
_SHA256_RSA, _SHA256_ECDSA = b"\x04\x01", b"\x04\x03"


def _check_tree_head(text: bytes, line: NoteSignature, key: NoteKey) -> int:
    """An RFC 6962 tree head. It covers no origin, so the name of the key, which the trust names, must be the origin."""
    timestamp, signed = _timestamped(line.value)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != line.name or checkpoint.extensions:
        raise SignatureFault("signature.invalid", "a tree head signs no other log's origin, and no extension lines")
    algorithm, length, signature = signed[:2], signed[2:4], signed[4:]
    wanted = _SHA256_RSA if key.key.algorithm == "rsa" else _SHA256_ECDSA
    if algorithm != wanted or int.from_bytes(length, "big") != len(signature):
        raise SignatureFault(
            "signature.malformed", "not a TreeHeadSignature with SHA-256 under a key of this algorithm"
        )
    head = b"\x00\x01" + timestamp.to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big") + checkpoint.root
    verify(key.key, signature, head, scheme=key.scheme)
    return timestamp


def _check_subtree(text: bytes, line: NoteSignature, key: NoteKey) -> int:
    timestamp, signature = _timestamped(line.value)
    verify(key.key, signature, _cosigned_message(line.name, timestamp, parse_checkpoint(text)), scheme=key.scheme)
    return timestamp


def _cosigned_message(cosigner: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    names = [name.encode() for name in (cosigner, checkpoint.origin)]
    if any(len(name) > 255 for name in names):
        raise SignatureFault("signature.malformed", "a name of more than 255 bytes has no place in a cosigned message")
    cosigner_name, origin = (bytes([len(name)]) + name for name in names)
    head = b"subtree/v1\n\0" + cosigner_name + timestamp.to_bytes(8, "big") + origin
    return head + (0).to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big") + checkpoint.root


def _timestamped(value: bytes) -> tuple[int, bytes]:
    timestamp = int.from_bytes(value[:8], "big")
    if len(value) <= 8 or timestamp >= 1 << 63:
        raise SignatureFault("signature.malformed", "not a timestamp below 2^63 and a signature")
    return timestamp, value[8:]


_CHECKS: Mapping[str, Callable[[bytes, NoteSignature, NoteKey], int | None]] = {
    NOTE: _check_note,
    COSIGNATURE: _check_cosignature,
    TREE_HEAD: _check_tree_head,
    SUBTREE: _check_subtree,
}
