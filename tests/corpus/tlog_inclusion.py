"""Inclusion: Merkle probes, log proofs of two formats, and entries as Rekor's interface serves them."""

from __future__ import annotations

import json
from base64 import b64decode

from attestations.log_entries.carried import read_api_entries, read_transparency_entry
from attestations.sigsum_proofs import parse_sigsum_proof
from attestations.strict_json import Node, loads
from attestations.tlog_proofs import parse_tlog_proof
from verifier.faults import LogFault
from verifier.keys import PublicKey, load_ed25519
from verifier.log import promised_time, prove_entry
from verifier.merkle import verify_inclusion, verify_subtree_inclusion
from verifier.sigsum import verify_sigsum_proof
from verifier.trust import load_trust_root

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    if "probe" in case.files:
        return _probe(case)
    if "entry" in case.files:
        return attempt(lambda: _entry(case))
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


def _entry(case: Case) -> None:
    trust = load_trust_root(case.read("trusted_root"), name="case", dated=None)
    if case.params["format"] == "rekor-v1-api":
        (entry,) = read_api_entries(case.read("entry"))
    else:
        entry = read_transparency_entry(Node(loads(case.read("entry"))))
    promised = promised_time(entry, trust)
    proved = prove_entry(entry, trust, [promised.at] if promised else [])
    if ("SET" in case.params["check"] and promised is None) or proved.proved_by != "inclusion":
        raise LogFault("log.unproved", "the case asks for more than the entry holds")


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
