"""An entry is in a log: a Merkle path from its bytes to a root that the log has signed.

    body ──leaf hash──► path ──► root ═══ root of the checkpoint ◄──signature── the log's key, out of the trust root

A proof without a checkpoint ends in a root that anybody can make up, and is refused (T41). Keys come from the trust
root alone, never from the log or the bundle (T49).
"""

from __future__ import annotations

from attestations.bundles import InclusionProof
from attestations.checkpoints import Checkpoint

from ..checkpoints import NoteKey, authenticate_checkpoint
from ..faults import LogFault, SignatureFault
from ..merkle import leaf_hash, verify_inclusion


def prove_inclusion(body: bytes, proof: InclusionProof, log: NoteKey, *, origin: str | None) -> Checkpoint:
    """Prove that the log which signs with `log` holds an entry with these bytes; return the checkpoint that says so.

    Raises:
        LogFault: ``log.checkpoint_missing``, ``checkpoint.unsigned``, ``checkpoint.origin``, ``checkpoint.invalid``,
            ``log.checkpoint_mismatch``, ``log.inclusion_invalid``.
        FormatFault: ``note.malformed``, ``checkpoint.malformed``.

    Spec: RFC 9162 section 2.1.3; C2SP tlog-checkpoint v1.0.0
    """
    if proof.checkpoint is None:
        raise LogFault("log.checkpoint_missing", "the inclusion proof ends in a root that no log has signed")
    try:
        checkpoint = authenticate_checkpoint(proof.checkpoint, log, origin=origin)
    except SignatureFault as fault:
        raise LogFault("checkpoint.invalid", "the log's signature on the checkpoint does not hold") from fault
    if (checkpoint.size, checkpoint.root) != (proof.tree_size, proof.root):
        raise LogFault(
            "log.checkpoint_mismatch",
            "the inclusion proof is for another tree than its checkpoint",
            expected=f"size {checkpoint.size}, root {checkpoint.root.hex()}",
            actual=f"size {proof.tree_size}, root {proof.root.hex()}",
        )
    verify_inclusion(proof.log_index, checkpoint.size, leaf_hash(body), proof.hashes, checkpoint.root)
    return checkpoint
