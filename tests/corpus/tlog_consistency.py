"""Merkle consistency probes: of a tree with a later one, and of a subtree with a tree."""

from __future__ import annotations

import json
from base64 import b64decode

from verifier.merkle import verify_consistency, verify_subtree_consistency

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    probe = json.loads(case.read("probe"))
    root1, root2 = b64decode(probe["root1"] or ""), b64decode(probe["root2"] or "")
    hashes = [b64decode(value) for value in probe["proof"] or []]
    if "start" in probe:
        span = probe["start"], probe["end"]
        return attempt(lambda: verify_subtree_consistency(*span, root1, probe["size"], root2, hashes))
    return attempt(lambda: verify_consistency(probe["size1"], root1, probe["size2"], root2, hashes))
