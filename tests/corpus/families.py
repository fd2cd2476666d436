"""Which family of the corpus is answered by which file: the registry is this one expression.

Each answering function takes a `Case` and returns an `Answer`; it may raise nothing but our bugs.
A family that is not here is answered ``unsupported``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import cast

from .cases import Answer, Case, unsupported

FAMILIES: Mapping[str, str] = {
    "checkpoint": "checkpoint",
    "dsse-key": "dsse_key",
    "ecdsa/ed25519-vectors": "primitives",
    "gh-attestation": "gh_attestation",
    "in-toto-layout": "in_toto_layout",
    "in-toto-statement": "statement",
    "npm-attestation": "npm_attestation",
    "pep740": "pep740",
    "rfc3161-timestamp": "timestamp",
    "sbom": "sbom",
    "sigstore-bundle": "sigstore_bundle",
    "slsa-provenance": "slsa_provenance",
    "tlog-consistency": "tlog_consistency",
    "tlog-inclusion": "tlog_inclusion",
    "tuf-metadata": "tuf_metadata",
    "vsa": "vsa",
    "x509-role": "x509_role",
}


def answer(case: Case) -> Answer:
    """What we say of one case."""
    module = FAMILIES.get(case.family)
    if module is None:
        return unsupported("family.not_built")
    run = cast(Callable[[Case], Answer], importlib.import_module(f".{module}", __package__).answer)
    return run(case)
