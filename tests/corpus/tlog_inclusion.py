"""Inclusion: Merkle probes, log proofs of two formats, and entries as Rekor's interface serves them."""

from __future__ import annotations

import json
from base64 import b64decode

from attestations.sigsum_proofs import parse_sigsum_proof
from attestations.tlog_proofs import parse_tlog_proof
from verifier.keys import PublicKey, load_ed25519
from verifier.merkle import verify_inclusion, verify_subtree_inclusion
from verifier.sigsum import verify_sigsum_proof

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    if "probe" in case.files:
        return _probe(case)
    if case.params["format"] == "c2sp.org/tlog-proof@v1":
        return attempt(lambda: parse_tlog_proof(case.read("proof")))
    return attempt(lambda: _sigsum(case))


def _probe(case: Case) -> Answer:
    probe = json.loads(case.read("probe"))
    leaf, root = b64decode(probe["leafHash"] or ""), b64decode(probe["root"] or "")
    hashes = [b64decode(value) for value in probe["proof"] or []]
    index = probe["leafIdx"]
    if "start" in probe:
        span = probe["start"], probe["end"]
        return attempt(lambda: verify_subtree_inclusion(index, *span, leaf, hashes, root))
    return attempt(lambda: verify_inclusion(index, probe["treeSize"], leaf, hashes, root))


def _sigsum(case: Case) -> None:
    params = case.params
    witness = params["witness_key"]
    verify_sigsum_proof(
        parse_sigsum_proof(case.read("proof")),
        case.read("message"),
        submitters=[_ssh_key(params["submit_key"])],
        logs=[_ssh_key(params["log_key"])],
        witnesses=[_ssh_key(witness)] if witness else [],
        threshold=params["witness_threshold"],
    )


def _ssh_key(line: str) -> PublicKey:
    """An OpenSSH Ed25519 key line: its last 32 bytes are the key."""
    return load_ed25519(b64decode(line.split()[1])[-32:])
