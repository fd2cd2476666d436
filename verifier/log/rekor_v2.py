"""Rekor v2: a tiled log. Inclusion under its signed checkpoint is the only proof, and it tells no time.

    entry.log_id ──► log in the trust root ──► origin, key ──► checkpoint ──► inclusion

There is no promise, and an integrated time means nothing and is ignored: time comes from a timestamp authority. A
checkpoint may carry cosignatures; here none is required and none counts, so a Rekor proof alone never gives `VI_LOG_1`.

Spec: Rekor v2, https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md; C2SP signed-note v1.0.0
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from attestations import notes
from attestations.bundles import LogEntry

from ..authenticated import VerifiedEntry
from ..checkpoints import NoteKey
from ..faults import LogFault
from ..trust import TransparencyLog, TrustRoot
from .inclusion import prove_inclusion
from .logs import find_log

VERSIONS = frozenset({("hashedrekord", "0.0.2")})
"""Kinds and versions that only a Rekor v2 log holds."""


def prove_entry(entry: LogEntry, trust: TrustRoot, times: Iterable[datetime.datetime]) -> VerifiedEntry:
    """Prove that a log holds the entry; the log's key must have been valid at each of the signature's verified `times`.

    Raises:
        LogFault: ``log.unproved``, ``log.index_mismatch``, ``log.unknown``, ``log.outside_window``, and what
            `prove_inclusion` raises.
    """
    log = find_log(entry.log_id, trust, times)
    if entry.proof is None:
        raise LogFault("log.unproved", "an entry of this log is proved by inclusion alone, and there is no proof")
    if entry.proof.log_index != entry.log_index:
        raise LogFault(
            "log.index_mismatch",
            "the entry and its proof state different places in the log",
            expected=str(entry.log_index),
            actual=str(entry.proof.log_index),
        )
    prove_inclusion(entry.body, entry.proof, _note_key(log), origin=log.origin)
    return VerifiedEntry(log.operator, entry.kind, entry.log_index, None, "inclusion")


def _note_key(log: TransparencyLog) -> NoteKey:
    """The key of the log's checkpoints. Its name is the log's origin, and its hint follows from both."""
    key = log.key
    if key.algorithm == "ed25519":
        hint = notes.key_hint(log.origin, notes.ED25519, key.spki[-32:])
    else:
        hint = notes.key_hint(log.origin, notes.ECDSA, key.spki)
    return NoteKey(log.origin, key, hint, scheme=log.scheme)
