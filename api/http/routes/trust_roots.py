"""``/v1/trust-roots``: whom verdicts trust. The operator's are published; a tenant's own serve its own policies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service.trust_files import distrust, find_trust, list_trust, publish_trust
from ..answers import DOWNLOAD, OCTETS, answer, gives, gives_bytes, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import Digest
from ..wire.common import decoded
from ..wire.policies import TrustForm, TrustList, TrustView, trust_view

router = APIRouter(prefix="/v1/trust-roots", tags=["trust roots"])


@router.get("", summary="Trust roots and keys", responses=gives(TrustList), response_class=Response)
def trust_roots(request: Request, caller: Caller, service: Reached) -> Response:
    """The operator's, then the tenant's own, by name, oldest first."""
    return show(request, TrustList(items=list(map(trust_view, list_trust(service, caller)))))


@router.post(
    "",
    summary="Keep a trust root, or keys, of one's own",
    responses=gives(TrustView, 201),
    response_class=Response,
    openapi_extra=may_refuse("trust.malformed", "trust.key_malformed", "trust.too_many", "limit.trust_root"),
)
def post(
    request: Request, caller: Caller, service: Reached, form: Annotated[TrustForm, Depends(json_body(TrustForm))]
) -> Response:
    """From now on the name stands for it, under the tenant's own policies."""
    stored = publish_trust(service, service.blobs, caller, form.name, decoded(form.content))
    return show(request, trust_view(stored), 201)


@router.get("/{sha256}", summary="A trust root, or keys", responses=gives(TrustView), response_class=Response)
def get(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """What is known of it; its bytes are under ``/content``."""
    return show(request, trust_view(find_trust(service, caller, sha256)[0]))


@router.get(
    "/{sha256}/content",
    summary="The bytes of a trust root",
    responses=gives_bytes(OCTETS),
    response_class=Response,
)
def content(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """As they were published."""
    found = find_trust(service, caller, sha256)[1]
    return answer(request, found, OCTETS, DOWNLOAD)


@router.delete(
    "/{sha256}", summary="Distrust a trust root, or keys, of one's own", status_code=204, response_class=Response
)
def delete(caller: Caller, service: Reached, sha256: Digest) -> Response:
    """For good. The tenant's verdicts that rest on it are given anew without it: so is a key revoked."""
    distrust(service, caller, sha256)
    return Response(None, 204)
