"""Checkpoints under their log's key: a tree's size and root that the log has signed.

Only such a root proves anything by inclusion: a proof that ends in a root which nobody signed ends nowhere (T41).
"""

from __future__ import annotations

import hashlib

from attestations.checkpoints import SHA256_SIZE, Checkpoint, parse_checkpoint
from attestations.notes import parse_note

from .faults import LogFault
from .keys import PublicKey
from .notes import NoteKey, authenticate_note
from .signatures import Scheme

__all__ = ["NoteKey", "authenticate_checkpoint", "rekor_v1_key"]


def rekor_v1_key(key: PublicKey, *, name: str | None, scheme: Scheme | None) -> NoteKey:
    """The key by which a Rekor v1 log signs checkpoints: the hint is that of its SPKI, whatever its algorithm.

    Spec: Rekor, https://github.com/sigstore/rekor/blob/main/pkg/util/signed_note.go
    """
    return NoteKey(name, key, hashlib.sha256(key.spki).digest()[:4], scheme=scheme)


def authenticate_checkpoint(
    note: bytes, log: NoteKey, *, origin: str | None = None, root_size: int | None = SHA256_SIZE
) -> Checkpoint:
    """Prove that `log` signed a checkpoint, and return it.

    `origin` is the origin line of this log's checkpoints; None leaves it open, for logs whose trust root states none.
    Signatures by others are not looked at: who cosigned is a question for `verifier.notes`.

    Raises:
        FormatFault: ``note.malformed``, ``checkpoint.malformed``.
        LimitFault: ``limit.note``, ``limit.signatures``.
        LogFault: ``checkpoint.unsigned`` where no signature is by `log`; ``checkpoint.origin``.
        SignatureFault: ``signature.invalid``, ``signature.malformed``.

    Spec: C2SP tlog-checkpoint v1.0.0, https://c2sp.org/tlog-checkpoint@v1.0.0
    """
    parsed = parse_note(note)
    if not authenticate_note(parsed, (log,)):
        wanted = f"{log.name or 'any name'}, key hint {log.key_hint.hex()}"
        found = ", ".join(f"{line.name[:80]} {line.key_hint.hex()}" for line in parsed.signatures[:4])
        raise LogFault("checkpoint.unsigned", "no signature by the log's key", expected=wanted, actual=found)
    checkpoint = parse_checkpoint(parsed.text, root_size=root_size)
    if origin is not None and checkpoint.origin != origin:
        raise LogFault("checkpoint.origin", "another log's checkpoint", expected=origin, actual=checkpoint.origin[:200])
    return checkpoint
