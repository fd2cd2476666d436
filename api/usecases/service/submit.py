"""A request for a verdict is accepted once: its terms are fixed, it is written down, and whoever judges is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ...store.verifications import Verification


class Named(Struct, frozen=True):
    """A file that the service has, by its SHA-256, under the name that it has in this request."""

    name: str
    sha256: str


class Given(Struct, frozen=True):
    """A file that comes with the request."""

    name: str
    content: bytes


class PolicyById(Struct, frozen=True):
    """A policy by id: the tenant's own, or else the operator's; its present version where none is named."""

    id: str
    version: int | None = None


class PolicyByDigest(Struct, frozen=True):
    """A policy by the SHA-256 of its canonical form, the tenant's own or the operator's."""

    digest: str


class PolicyText(Struct, frozen=True):
    """A policy that comes with the request (TOML): it becomes the tenant's own."""

    content: bytes


class Submission(Struct, frozen=True):
    """What is asked. `artifact` is a SHA-256; `algorithms` those of its measured digests to judge by, all where empty.

    `trust` are names that the policy knows roots and keys by, or ``sha256:…`` of files that the tenant keeps; what the
    policy names is found without being given. `key` is the client's own idempotency key.
    """

    artifact: str
    policy: PolicyById | PolicyByDigest | PolicyText
    evidence: tuple[Named | Given, ...] = ()
    name: str | None = None
    algorithms: tuple[str, ...] = ()
    release: str | None = None
    trust: tuple[str, ...] = ()
    key: str | None = None


class Submitted(Struct, frozen=True):
    """What came of it: the verification, and whether this very request began it."""

    verification: Verification
    created: bool
