"""Readers of one file each, by the name that a reading case gives them. Each returns, or raises a fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from attestations.digests import parse_digest
from attestations.limits import DEFAULT_LIMITS
from attestations.notes import parse_vkey
from attestations.publishers import parse_publisher
from attestations.strict_json import Node
from attestations.tlog_proofs import parse_tlog_proof
from verifier.checkpoints import authenticate_checkpoint
from verifier.faults import PolicyFault
from verifier.keys import load_pem
from verifier.merkle import leaf_hash, verify_consistency, verify_inclusion
from verifier.notes import note_key
from verifier.policy.flags import FlagValues, policy_from_flags
from verifier.policy.lint import lint
from verifier.policy.parse import parse_policy
from verifier.record import read_record

Given = Mapping[str, str]


def _digest(content: bytes, given: Given) -> None:
    parse_digest(content.decode())


def _key(content: bytes, given: Given) -> None:
    load_pem(content)


def _vkey(content: bytes, given: Given) -> None:
    note_key(parse_vkey(content.decode()))


def _checkpoint(content: bytes, given: Given) -> None:
    key = note_key(parse_vkey(given["vkey"]))
    authenticate_checkpoint(content, key, origin=key.name)


def _tlog_proof(content: bytes, given: Given) -> None:
    key = note_key(parse_vkey(given["vkey"]))
    proof = parse_tlog_proof(content)
    checkpoint = authenticate_checkpoint(proof.checkpoint, key, origin=key.name)
    leaf = leaf_hash(given["leaf"].encode())
    verify_inclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root)


def _consistency(content: bytes, given: Given) -> None:
    claim = json.loads(content)
    first, second = (bytes.fromhex(claim[name]) for name in ("root1", "root2"))
    hashes = [bytes.fromhex(node) for node in claim["hashes"]]
    verify_consistency(claim["size1"], first, claim["size2"], second, hashes)


def _flags(content: bytes, given: Given) -> None:
    flags = json.loads(content)
    roots = (flags.pop("root"),) if "root" in flags else ()
    policy_from_flags(FlagValues(**flags, roots=roots))


def _publisher(content: bytes, given: Given) -> None:
    parse_publisher(Node(json.loads(content)))


def _record(content: bytes, given: Given) -> None:
    read_record(content, "record.json")


def _lint(content: bytes, given: Given) -> None:
    for finding in lint(parse_policy(content, "policy.toml", DEFAULT_LIMITS)):
        raise PolicyFault(finding.reason, finding.detail, place=finding.place)


READERS: Mapping[str, Callable[[bytes, Given], None]] = {
    "checkpoint": _checkpoint,
    "consistency": _consistency,
    "digest": _digest,
    "flags": _flags,
    "key": _key,
    "lint": _lint,
    "publisher": _publisher,
    "record": _record,
    "tlog-proof": _tlog_proof,
    "vkey": _vkey,
}
