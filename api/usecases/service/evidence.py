"""Evidence: files that a tenant hands in, kept by their digest, read by nobody until they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...effects.faults import RequestFault
from ...store import evidence, trail
from ...store.evidence import StoredEvidence
from ...store.rows import Page
from .labels import check_label
from .service import Principal, Service


def store_evidence(
    service: Service, principal: Principal, name: str, chunks: Iterable[bytes], sha256: str | None = None
) -> tuple[StoredEvidence, bool]:
    """Keep a file of evidence, of the digest `sha256` where one is given; whether it was new to the tenant.

    Its name is that of the first time.

    Raises:
        RequestFault: ``request.invalid``.
        StoreFault: ``blob.digest_mismatch``, ``store.*``.
    """
    check_label(name)
    stored = service.blobs.put(chunks, sha256)
    now = service.clock.now()
    row = StoredEvidence(principal.tenant, stored.sha256, name, stored.size, now)
    with service.database.writing() as connection:
        new = evidence.insert(connection, row)
        if new:
            detail = {"name": name, "size": stored.size}
            trail.append(
                connection,
                row.tenant,
                actor=principal.actor,
                act="evidence.stored",
                about=row.sha256,
                detail=detail,
                at=now,
            )
        after = evidence.by_sha256(connection, principal.tenant, row.sha256)
    return after or row, new


def find_evidence(service: Service, principal: Principal, sha256: str) -> StoredEvidence:
    """The tenant's evidence of that digest.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with service.database.reading() as connection:
        found = evidence.by_sha256(connection, principal.tenant, sha256)
    if found is None:
        raise RequestFault("request.not_found", "no evidence of this digest", actual=sha256)
    return found


def evidence_bytes(service: Service, principal: Principal, sha256: str) -> tuple[StoredEvidence, Iterator[bytes]]:
    """The tenant's evidence of that digest, and its bytes, in order.

    Raises as `find_evidence`, and StoreFault: ``blob.*``, ``store.*``; ``blob.damaged`` before the last of the bytes.
    """
    found = find_evidence(service, principal, sha256)
    return found, service.blobs.chunks(found.sha256)


def list_evidence(service: Service, principal: Principal, cursor: str | None, size: int) -> Page[StoredEvidence]:
    """The tenant's evidence, by digest."""
    with service.database.reading() as connection:
        return evidence.page_of(connection, principal.tenant, cursor, size)
