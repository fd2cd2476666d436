"""Signed notes: text, a blank line, and a line for each signature.

    Ognuno sta solo sul cuor della terra                      ┐
    ...                                                       ├ text, with its last newline
    ed è subito sera.                                         ┘
                                                                the last blank line
    — quasimodo.example/salvatore NnugSzTj...wRtIc=             em dash, key name, base64(key hint[4] ‖ signature)

One spelling is read: strict UTF-8, no control characters, canonical base64. Nothing in a note is believed before
`verifier.notes` verified a signature over its text.

Spec: C2SP signed-note v1.0.0, https://c2sp.org/signed-note@v1.0.0
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

from msgspec import Struct

from .faults import FormatFault, LimitFault, Place

NOTE_MAX = 1 << 20
"""Bytes of the longest note that is read. The format's first implementation, golang.org/x/mod, stops at 10^6."""

SIGNATURES_MAX = 100
"""Signatures in a note: as in golang.org/x/mod. The specification asks for 16 or more."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\u2014 "


class NoteSignature(Struct, frozen=True):
    """One signature line: who claims to have signed (`name`, and 4 bytes that hint at the key), and with what."""

    name: str
    key_hint: bytes
    value: bytes


class Note(Struct, frozen=True):
    """`text` is what was signed, verbatim, with its last newline; there is at least one signature."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


class VerifierKey(Struct, frozen=True):
    """A key as notes name it: `type` is the signature type byte, `key` the key's encoding for that type."""

    name: str
    key_hint: bytes
    type: int
    key: bytes


ED25519 = 0x01
ECDSA = 0x02
ED25519_COSIGNATURE = 0x04
RFC6962_TREE_HEAD = 0x05
ML_DSA_44_COSIGNATURE = 0x06
_UNASSIGNED_BY_NAME = 0xFF
_TYPES = (ED25519, ECDSA, ED25519_COSIGNATURE, RFC6962_TREE_HEAD, ML_DSA_44_COSIGNATURE, _UNASSIGNED_BY_NAME)


def parse_note(data: bytes) -> Note:
    """Read a signed note; the text ends before the *last* blank line.

    A signature line whose base64 is too short for a key hint and a signature belongs to no key: it is left out, as
    signatures of unknown keys are ignored. At least one line must hold a signature.

    Raises:
        FormatFault: ``note.malformed``, with the byte offset.
        LimitFault: ``limit.note`` (bytes), ``limit.signatures``.

    Spec: section Format, https://c2sp.org/signed-note@v1.0.0
    """
    if len(data) > NOTE_MAX:
        raise _over("note", "bytes in a note", NOTE_MAX, len(data))
    note = _text(data)
    end = note.rfind("\n\n") + 1
    if end == 0:
        raise _malformed("no blank line before signatures", len(data))
    lines = note[end + 1 :].split("\n")
    if lines.pop():
        raise _malformed("the last line does not end in a newline", len(data))
    if len(lines) > SIGNATURES_MAX:
        raise _over("signatures", "signatures in a note", SIGNATURES_MAX, len(lines))
    text = note[:end].encode()
    signatures = tuple(_signatures(lines, len(text) + 1))
    if not signatures:
        raise _malformed("no line holds a key hint and a signature", len(text) + 1)
    return Note(text, signatures)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("not UTF-8", error.start) from None
    control = _CONTROL.search(text)
    if control:
        raise _malformed(f"control character U+{ord(control[0]):04X}", len(text[: control.start()].encode()))
    return text


def _signatures(lines: list[str], offset: int) -> Iterator[NoteSignature]:
    for line in lines:
        signature = _signature(line, offset)
        if signature is not None:
            yield signature
        offset += len(line.encode()) + 1


def _signature(line: str, offset: int) -> NoteSignature | None:
    name, space, blob = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _is_name(name):
        raise _malformed(f"not a signature line: {line[:80]!r}", offset)
    value = _base64(blob)
    if not value:
        raise _malformed(f"the signature of {name[:80]!r} is not canonical base64", offset)
    return NoteSignature(name, value[:4], value[4:]) if len(value) > 4 else None


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key, ``name+hex(key hint)+base64(type ‖ key)``, whose hint is that of its name and key.

    Raises:
        FormatFault: ``note.key_malformed``, also for a type byte that the specification assigns to nothing.

    Spec: section Verifier keys, https://c2sp.org/signed-note@v1.0.0
    """
    name, _, rest = text.partition("+")
    hint, plus, blob = rest.partition("+")
    value = _base64(blob)
    if not plus or not _is_name(name) or value is None or len(value) < 2 or not re.fullmatch(r"[0-9a-f]{8}", hint):
        raise _key_malformed("not name+hint+key", text)
    if value[0] not in _TYPES:
        raise _key_malformed(f"0x{value[0]:02x} is the type of no signature", text)
    key = VerifierKey(name, bytes.fromhex(hint), value[0], value[1:])
    if key.type != _UNASSIGNED_BY_NAME and key.key_hint != key_hint(name, key.type, key.key):
        raise _key_malformed("the hint is not that of this name and key", text)
    return key


def key_hint(name: str, type_: int, key: bytes) -> bytes:
    """The 4 bytes by which signatures of `key` name it.

    ECDSA hints cover the key alone; those of RFC 6962 tree heads cover the log's id, the SHA-256 of its key.

    Spec: section Signature types, https://c2sp.org/signed-note@v1.0.0; static-ct-api, Checkpoints.
    """
    if type_ == ECDSA:
        return hashlib.sha256(key).digest()[:4]
    if type_ == RFC6962_TREE_HEAD:
        key = hashlib.sha256(key).digest()
    return hashlib.sha256(name.encode() + b"\n" + bytes([type_]) + key).digest()[:4]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _base64(text: str) -> bytes | None:
    try:
        value = b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    return value if b64encode(value) == text.encode("ascii") else None


def _over(name: str, what: str, bound: int, actual: int) -> LimitFault:
    detail = f"{actual} {what} where at most {bound} are read"
    return LimitFault(f"limit.{name}", detail, expected=f"at most {bound}", actual=str(actual))


def _malformed(detail: str, offset: int) -> FormatFault:
    return FormatFault("note.malformed", f"not a signed note: {detail}", place=Place(offset=offset))


def _key_malformed(detail: str, text: str) -> FormatFault:
    return FormatFault("note.key_malformed", f"not a verifier key: {detail}", actual=text[:120])
