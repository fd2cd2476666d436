"""Artifacts: bytes that a tenant sends once, measured while they arrive; or nothing but their digest."""

from __future__ import annotations

from collections.abc import Iterable

from ...effects.faults import RequestFault
from ...store import artifacts, trail
from ...store.artifacts import Artifact
from ...store.rows import Page
from .labels import check_label, check_sha256
from .service import Principal, Service


def store_artifact(
    service: Service, principal: Principal, sha256: str, name: str | None, chunks: Iterable[bytes]
) -> tuple[Artifact, bool]:
    """Keep the bytes of an artifact, whose digest must be `sha256`; whether they were new to the tenant.

    Raises:
        RequestFault: ``request.invalid``.
        StoreFault: ``blob.digest_mismatch``, ``store.*``.
    """
    check_sha256(sha256)
    name = check_label(name) if name is not None else f"sha256:{sha256}"
    stored = service.blobs.put(chunks, sha256)
    now = service.clock.now()
    row = Artifact(principal.tenant, sha256, name, dict(stored.digests), stored.size, True, now)
    with service.database.writing() as connection:
        before = artifacts.by_sha256(connection, principal.tenant, sha256)
        new = before is None or not before.stored
        if new:
            artifacts.insert(connection, row)
            detail = {"name": name, "size": stored.size}
            trail.append(
                connection,
                row.tenant,
                actor=principal.actor,
                act="artifact.stored",
                about=sha256,
                detail=detail,
                at=now,
            )
        after = artifacts.by_sha256(connection, principal.tenant, sha256)
    return after or row, new


def find_artifact(service: Service, principal: Principal, sha256: str) -> Artifact:
    """The tenant's artifact of that digest.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with service.database.reading() as connection:
        found = artifacts.by_sha256(connection, principal.tenant, sha256)
    if found is None:
        raise RequestFault("request.not_found", "no artifact of this digest", actual=sha256)
    return found


def list_artifacts(service: Service, principal: Principal, cursor: str | None, size: int) -> Page[Artifact]:
    """The tenant's artifacts, by digest."""
    with service.database.reading() as connection:
        return artifacts.page_of(connection, principal.tenant, cursor, size)
