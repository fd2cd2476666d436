"""Countersign as a library: what other programs may rely on, under one name.

    from countersign import Artifact, EvidenceFile, Request, judge

Each name lives where it is made; this package passes it on, and loads its home only when it is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.client.remote import Address as Address
    from api.client.remote import Asked as Asked
    from api.client.remote import Standing as Standing
    from api.client.remote import connect as connect
    from api.client.updates import Update as Update
    from attestations.digests import Digest as Digest
    from attestations.digests import DigestSet as DigestSet
    from attestations.digests import parse_digest as parse_digest
    from attestations.evidence import read_evidence as read_evidence
    from attestations.faults import Fault as Fault
    from attestations.limits import DEFAULT_LIMITS as DEFAULT_LIMITS
    from attestations.limits import Limits as Limits
    from verifier.engine import judge as judge
    from verifier.outcome import Outcome as Outcome
    from verifier.reasons import REASONS as REASONS
    from verifier.request import EvidenceFile as EvidenceFile
    from verifier.request import KeyFile as KeyFile
    from verifier.request import Request as Request
    from verifier.request import TrustFile as TrustFile
    from verifier.verdict import Artifact as Artifact
    from verifier.verdict import Verdict as Verdict

_HOMES: Mapping[str, str] = {
    "Address": "api.client.remote",
    "Asked": "api.client.remote",
    "Standing": "api.client.remote",
    "connect": "api.client.remote",
    "Update": "api.client.updates",
    "DEFAULT_LIMITS": "attestations.limits",
    "Digest": "attestations.digests",
    "DigestSet": "attestations.digests",
    "Fault": "attestations.faults",
    "Limits": "attestations.limits",
    "parse_digest": "attestations.digests",
    "read_evidence": "attestations.evidence",
    "Artifact": "verifier.verdict",
    "EvidenceFile": "verifier.request",
    "KeyFile": "verifier.request",
    "Outcome": "verifier.outcome",
    "REASONS": "verifier.reasons",
    "Request": "verifier.request",
    "TrustFile": "verifier.request",
    "Verdict": "verifier.verdict",
    "judge": "verifier.engine",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
