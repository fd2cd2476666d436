"""Manifests: evidence that says which files a release consists of. Read as it stands; nobody has vouched for it yet."""

from __future__ import annotations

from ...effects.faults import RequestFault
from ...judges.manifests import Glance, Said
from ...store.evidence import StoredEvidence
from .evidence import find_evidence, store_evidence
from .service import Principal, Service


def read_manifests(service: Service, principal: Principal, sha256: str) -> tuple[StoredEvidence, tuple[Said, ...]]:
    """The manifests in the tenant's evidence of that digest, NOT VERIFIED.

    Raises:
        RequestFault: ``request.not_found``; ``manifest.none``: it reads as none.
        JudgeFault: ``judge.*``.
        StoreFault: ``blob.*``, ``store.*``.
    """
    stored = find_evidence(service, principal, sha256)
    return stored, _said(service, principal, stored.name, service.blobs.get(sha256))


def hand_in_manifest(
    service: Service, principal: Principal, name: str, content: bytes
) -> tuple[StoredEvidence, tuple[Said, ...], bool]:
    """Keep a file as evidence, where it reads as a manifest; whether it was new. Raises as `read_manifests`."""
    said = _said(service, principal, name, content)
    stored, new = store_evidence(service, principal, name, [content])
    return stored, said, new


def _said(service: Service, principal: Principal, name: str, content: bytes) -> tuple[Said, ...]:
    glanced = service.judges.glance(Glance(name, content, service.settings.limits), principal.tenant)
    if not glanced.manifests:
        raise RequestFault("manifest.none", "the file reads as no manifest")
    return tuple(glanced.manifests)
