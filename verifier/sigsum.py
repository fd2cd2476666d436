"""Sigsum: a submitter signed a checksum, a log holds it, witnesses saw the log's tree.

All keys are Ed25519. A tree head is signed as a checkpoint whose origin follows from the log's key, so no name is
trusted anywhere.

Spec: Sigsum proof format version 2, https://git.glasklar.is/sigsum/core/sigsum-go/-/blob/main/doc/sigsum-proof.md
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping

from attestations.sigsum_proofs import SigsumProof

from .faults import LogFault, SignatureFault
from .keys import PublicKey
from .merkle import leaf_hash, verify_inclusion
from .signatures import named, verify


def verify_sigsum_proof(
    proof: SigsumProof,
    message: bytes,
    *,
    submitters: Iterable[PublicKey],
    logs: Iterable[PublicKey],
    witnesses: Iterable[PublicKey],
    threshold: int,
) -> None:
    """Prove that one of `submitters` signed `message`, that one of `logs` holds it, and that witnesses cosigned.

    `message` is what was submitted, as a rule the SHA-256 of a file. `threshold` counts distinct keys of `witnesses`.
    A cosignature by one of them that does not verify refuses the proof; those of others are ignored.

    Raises:
        SignatureFault: ``signature.unknown_key`` where the proof names another submitter; ``signature.invalid``.
        LogFault: ``log.unknown`` where it names another log; ``log.inclusion_invalid``; ``log.not_witnessed``.
        ValueError: a threshold that no number of `witnesses` can or need meet.

    Spec: section Verifying a proof of the document above.
    """
    known = _by_hash(witnesses)
    if not 0 <= threshold <= len(known):
        raise ValueError("threshold must lie between 0 and the number of distinct witnesses")
    submitter = _by_hash(submitters).get(proof.submitter)
    if submitter is None:
        raise SignatureFault("signature.unknown_key", "submitted under a key that is not among those expected")
    log = _by_hash(logs).get(proof.log)
    if log is None:
        raise LogFault("log.unknown", "a proof out of a log that is not trusted", actual=proof.log.hex())
    checksum = hashlib.sha256(message).digest()
    verify(submitter, proof.leaf_signature, b"sigsum.org/v1/tree-leaf\0" + checksum, scheme=named("ed25519"))
    cosigned = _verify_tree_head(proof, log, known)
    if cosigned < threshold:
        raise LogFault("log.not_witnessed", "too few witnesses", expected=str(threshold), actual=str(cosigned))
    leaf = leaf_hash(checksum + proof.leaf_signature + proof.submitter)
    verify_inclusion(proof.index, proof.size, leaf, proof.hashes, proof.root)


def _verify_tree_head(proof: SigsumProof, log: PublicKey, witnesses: Mapping[bytes, PublicKey]) -> int:
    """How many of `witnesses` cosigned the tree head that `log` signed."""
    head = b"sigsum.org/v1/tree/%b\n%d\n%b\n" % (proof.log.hex().encode(), proof.size, b64encode(proof.root))
    verify(log, proof.signature, head, scheme=named("ed25519"))
    known = [cosignature for cosignature in proof.cosignatures if cosignature.key_hash in witnesses]
    for cosignature in known:
        message = b"cosignature/v1\ntime %d\n%b" % (cosignature.timestamp, head)
        verify(witnesses[cosignature.key_hash], cosignature.signature, message, scheme=named("ed25519"))
    return len(known)


def _by_hash(keys: Iterable[PublicKey]) -> dict[bytes, PublicKey]:
    return {hashlib.sha256(key.spki[-32:]).digest(): key for key in keys if key.algorithm == "ed25519"}
