"""A request for a verdict, as values: what is asked about, with which evidence, under which policy."""

from __future__ import annotations

from msgspec import Struct

from ...store.verifications import Verification
from .labels import check_label, check_sha256
from .trust_files import Along


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
    Where `digest_alone`, it is judged as if nobody had seen its bytes.

    `trust` are names that the policy knows roots and keys by, ``sha256:…`` of files that the tenant keeps, or files
    that come along, for a policy of the tenant's own; what the policy names is found without being given. `key` is the
    client's own idempotency key.
    """

    artifact: str
    policy: PolicyById | PolicyByDigest | PolicyText
    evidence: tuple[Named | Given, ...] = ()
    name: str | None = None
    algorithms: tuple[str, ...] = ()
    digest_alone: bool = False
    release: str | None = None
    trust: tuple[str | Along, ...] = ()
    key: str | None = None


class Submitted(Struct, frozen=True):
    """What came of it: the verification, and whether this very request began it."""

    verification: Verification
    created: bool


def check_submission(submission: Submission) -> None:
    """Refuse names and digests that are none. Raises: RequestFault ``request.invalid``."""
    check_sha256(submission.artifact, "/artifact/sha256")
    if submission.name is not None:
        check_label(submission.name, "/artifact/name")
    if submission.release is not None:
        check_label(submission.release, "/release")
    for number, file in enumerate(submission.evidence):
        check_label(file.name, f"/evidence/{number}/name")
        if isinstance(file, Named):
            check_sha256(file.sha256, f"/evidence/{number}/sha256")
    for number, trusted in enumerate(submission.trust):
        if isinstance(trusted, Along):
            check_label(trusted.name, f"/trust/{number}/name")
