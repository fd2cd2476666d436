"""A policy's plain form: the tree of tables, arrays and scalars that its TOML reads as, every default spelt out.

    Policy ──plain──► tree ──► canonical JSON (JCS) ──► digest
                       └─────► TOML (`verifier.policy.toml`), which reads back as the same policy

Two policies are the same exactly when their plain forms are. Spec: RFC 8785 (JCS).
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from attestations.digests import Digest

from .model import (
    FORMAT,
    NAMESPACE,
    AnyIdentity,
    DebianRequirement,
    Exact,
    Expected,
    ExpectedValue,
    LayoutRequirement,
    LevelRequirement,
    ManifestRequirement,
    Pattern,
    Period,
    PinnedIdentity,
    Policy,
    Product,
    ProvenanceRequirement,
    Requirement,
    SbomRequirement,
    SignedRequirement,
    SignerRule,
    TrustRule,
    VerdictRequirement,
)

Plain = dict[str, Any]


def canonical(policy: Policy) -> bytes:
    """The policy's canonical bytes: JCS of its plain form."""
    return rfc8785.dumps(plain(policy))


def digest(policy: Policy) -> Digest:
    """The SHA-256 of the canonical bytes, by which verdicts name a policy; computed once for a run under one policy."""
    return _digest(_Same(policy))


class _Same:
    """A policy by its identity: two that compare equal may still differ in their bytes, as 1 and true do."""

    __slots__ = ("policy",)

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return id(self.policy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.policy is other.policy


@functools.lru_cache(maxsize=4)
def _digest(same: _Same) -> Digest:
    return Digest("sha256", hashlib.sha256(canonical(same.policy)).hexdigest())


def plain(policy: Policy) -> Plain:
    """The plain form of `policy`; times as RFC 3339 text."""
    tree: Plain = {"format": FORMAT, "id": policy.id, "version": policy.version}
    if policy.product is not None:
        tree["product"] = _product(policy.product)
    tree["trust"] = _trust(policy.trust)
    tree["signers"] = {signer.name: _signer(signer) for signer in policy.signers}
    tree["require"] = [_requirement(requirement) for requirement in policy.requirements]
    return tree


def _product(product: Product) -> Plain:
    tree: Plain = {"vendor": product.vendor, "name": product.name, "channels": list(product.channels)}
    if product.resource is not None:
        tree["resource"] = product.resource
    return tree


def _trust(trust: TrustRule) -> Plain:
    tree: Plain = {"roots": list(trust.roots), "logs": trust.logs, "times": trust.times, "scts": trust.scts}
    if trust.engines != 1:
        tree["engines"] = trust.engines
    if trust.max_age is not None:
        tree["max_age"] = format_age(trust.max_age)
    return tree


def format_age(age: datetime.timedelta) -> str:
    """An age as policies write it, in the largest unit that divides it."""
    seconds = int(age.total_seconds())
    unit, size = next((unit, size) for unit, size in (("d", 86_400), ("h", 3_600), ("s", 1)) if seconds % size == 0)
    return f"{seconds // size}{unit}"


def format_time(time: datetime.datetime) -> str:
    """A moment in RFC 3339, UTC, ``Z``."""
    return time.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _signer(signer: SignerRule) -> Plain:
    tree: Plain = {"group": signer.group}
    if isinstance(signer, AnyIdentity):
        return tree | {"unsafe_any_identity": True}
    if isinstance(signer, PinnedIdentity):
        tree |= {"issuer": signer.issuer, "identity": expected(signer.identity)}
        if signer.claims:
            tree["claims"] = plain_value(signer.claims)
    else:
        tree["key"] = str(signer.key)
        if signer.payload_signatures:
            tree["payload_signatures"] = True
        if signer.namespace != NAMESPACE:
            tree["namespace"] = signer.namespace
    if signer.valid is not None:
        tree["valid"] = _period(signer.valid)
    return tree


def _period(period: Period) -> Plain:
    ends = {"from": period.start, "until": period.end}
    return {name: format_time(time) for name, time in ends.items() if time is not None}


_CHECKS: Mapping[type, str] = {
    SignedRequirement: "signed",
    ProvenanceRequirement: "provenance",
    LayoutRequirement: "layout",
    ManifestRequirement: "manifest",
    SbomRequirement: "sbom",
    DebianRequirement: "debian",
    VerdictRequirement: "verdict",
}
"""What policies call each requirement that named parties meet."""


def _requirement(requirement: Requirement) -> Plain:
    if isinstance(requirement, LevelRequirement):
        return {"check": "level", "at_least": requirement.at_least}
    signers, threshold = list(requirement.signers), requirement.threshold
    tree: Plain = {"check": _CHECKS[type(requirement)], "signers": signers, "threshold": threshold}
    for field in requirement.__struct_fields__:
        value = getattr(requirement, field)
        if value is not None and field not in tree:
            tree[field] = _field(value)
    return tree


def _field(value: Any) -> Any:
    if isinstance(value, datetime.timedelta):
        return format_age(value)
    return str(value) if isinstance(value, Digest) else plain_value(value)


def plain_value(value: ExpectedValue) -> Any:
    """The plain form of an expected value."""
    if isinstance(value, Exact | Pattern):
        return expected(value)
    if isinstance(value, Mapping):
        return {name: plain_value(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    return value


def expected(value: Expected) -> Any:
    """The plain form of an expected text: itself, or ``{pattern = …}``."""
    return value.text if isinstance(value, Exact) else {"pattern": value.text}
