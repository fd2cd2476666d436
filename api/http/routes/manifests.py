"""``/v1/manifests``: evidence that says which files a release consists of, read as it stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service.manifests import hand_in_manifest, read_manifests
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import Digest
from ..wire.artifacts import EvidenceForm
from ..wire.common import decoded
from ..wire.manifests import ManifestView, manifest_view

router = APIRouter(prefix="/v1/manifests", tags=["manifests"])
_REFUSALS = may_refuse("manifest.none", "judge.crashed", "judge.memory", "judge.timeout")


@router.post(
    "",
    summary="Hand in a manifest",
    responses=gives(ManifestView, 200, 201),
    response_class=Response,
    openapi_extra=_REFUSALS,
)
def post(
    request: Request, caller: Caller, service: Reached, form: Annotated[EvidenceForm, Depends(json_body(EvidenceForm))]
) -> Response:
    """Evidence like any other, kept where it reads as a manifest: our own, in-toto's release, or a list of checksums.
    201: it was new."""
    stored, said, new = hand_in_manifest(service, caller, form.name, decoded(form.content))
    return show(request, manifest_view(stored, said), 201 if new else 200)


@router.get(
    "/{sha256}",
    summary="What a manifest says",
    responses=gives(ManifestView),
    response_class=Response,
    openapi_extra=_REFUSALS,
)
def get(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """Not verified: whose word it is, and whether it is about an artifact, is what a verdict says."""
    stored, said = read_manifests(service, caller, sha256)
    return show(request, manifest_view(stored, said))
