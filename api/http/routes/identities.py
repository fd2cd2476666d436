"""``/v1/identities``: whom a tenant lets in on an issuer's word; ``/v1/issuers``: whose word is taken."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service import identities
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import Id
from ..wire.identities import IdentityForm, IdentityList, IdentityView, IssuerList, identity_view, issuer_list

router = APIRouter(prefix="/v1", tags=["identities"])


@router.get("/identities", summary="Whom the tenant lets in", responses=gives(IdentityList), response_class=Response)
def list_identities(request: Request, service: Reached, caller: Caller) -> Response:
    """Revoked ones too, oldest first."""
    found = identities.list_identities(service, caller)
    return show(request, IdentityList(items=list(map(identity_view, found))))


@router.post(
    "/identities",
    summary="Let somebody in",
    status_code=201,
    responses=gives(IdentityView, 201),
    response_class=Response,
    openapi_extra=may_refuse(
        *("identity.issuer_unknown", "identity.unanchored", "identity.claim_unknown"),
        *("token.exceeds", "token.role_unknown", "token.scope_unknown"),
    ),
)
def bind_identity(
    request: Request, service: Reached, caller: Caller, form: Annotated[IdentityForm, Depends(json_body(IdentityForm))]
) -> Response:
    """By ids that the issuer gives once: `GET /v1/issuers` names them. Names alone are refused."""
    made = identities.bind_identity(service, service.issuing, caller, form.binding)
    return show(request, identity_view(made), 201)


@router.delete(
    "/identities/{id}",
    summary="Let somebody in no more",
    responses=gives(IdentityView),
    response_class=Response,
    openapi_extra=may_refuse("identity.not_found"),
)
def unbind_identity(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """What they were given before runs out by itself: an hour for a CI job, eight for a person."""
    return show(request, identity_view(identities.unbind_identity(service, caller, id)))


@router.get("/issuers", summary="Whose word is taken", responses=gives(IssuerList), response_class=Response)
def list_issuers(request: Request, service: Reached) -> Response:
    """The operator's choice; no request changes it. For people: a job that took its token's audience from whom it asks
    could be sent to fetch one for another service."""
    return show(request, issuer_list(service.issuing))
