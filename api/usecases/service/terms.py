"""Terms of a verification: all that its verdict follows from, by reference. Bytes are blobs, by their SHA-256.

    {"artifact": {"name", "digests": {"sha256": …}, "size"?}, "evidence": [{"name", "sha256"}],
     "policy": {"tenant", "digest"}, "release"?, "trust": [{"name", "sha256", "dated"?}],
     "keys": [{"name", "sha256"}], "limits": {}, "now": "2026-03-02T11:04:00Z", "version": "…"}

Fixed when a request is accepted, and never after: whoever takes it up, however often, judges the same `Request`, and
its record is the same bytes.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType


class ArtifactTerm(Struct, frozen=True, omit_defaults=True):
    """The artifact: a name for people, its digests by algorithm, its size where its bytes were seen."""

    name: str
    digests: dict[str, str]
    size: int | UnsetType = UNSET


class FileTerm(Struct, frozen=True, omit_defaults=True):
    """A file: what people call it, the SHA-256 of its bytes, and of a trust root when it was obtained (RFC 3339)."""

    name: str
    sha256: str
    dated: str | UnsetType = UNSET


class PolicyTerm(Struct, frozen=True):
    """The policy: whose it is, and the SHA-256 of its canonical form."""

    tenant: str
    digest: str


class Terms(Struct, frozen=True, kw_only=True):
    """The terms. `limits` are those above their defaults; `now` is RFC 3339, in UTC, to the second."""

    artifact: ArtifactTerm
    evidence: tuple[FileTerm, ...]
    policy: PolicyTerm
    trust: tuple[FileTerm, ...]
    keys: tuple[FileTerm, ...]
    limits: dict[str, int]
    now: str
    version: str
    release: str | UnsetType = UNSET


KNOWN = msgspec.json.Decoder(Terms)
"""Made when this is loaded, and not by the first who reads terms: two threads that have msgspec look into a type for
the first time at once crash the process (tests.architecture.test_decoders)."""


def terms_tree(terms: Terms) -> dict[str, Any]:
    """The terms as the database keeps them."""
    tree: dict[str, Any] = msgspec.to_builtins(terms)
    return tree


def read_terms(tree: dict[str, Any]) -> Terms:
    """The terms that `terms_tree` gave."""
    return msgspec.convert(tree, Terms)
