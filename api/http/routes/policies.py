"""``/v1/policies``: what verdicts are given under. The operator's are published; a tenant's own sign nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service.policies import find_policy, list_policies, publish_policy, retire_policy
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import Digest
from ..wire.policies import PolicyList, PolicyText, PolicyView, PolicyWhole, policy_view, policy_whole

router = APIRouter(prefix="/v1/policies", tags=["policies"])


@router.get("", summary="The policies that one may ask under", responses=gives(PolicyList), response_class=Response)
def policies(request: Request, caller: Caller, service: Reached) -> Response:
    """The operator's, then the tenant's own; each version, oldest first."""
    return show(request, PolicyList(items=list(map(policy_view, list_policies(service, caller)))))


@router.post(
    "",
    summary="Keep a policy of one's own",
    responses=gives(PolicyView, 200, 201),
    response_class=Response,
    openapi_extra=may_refuse("policy.malformed", "policy.version_taken", "limit.policy"),
)
def post(
    request: Request, caller: Caller, service: Reached, form: Annotated[PolicyText, Depends(json_body(PolicyText))]
) -> Response:
    """It replaces the version before it. Under it, verdicts are reports that nobody signs. 201: it was new."""
    published = publish_policy(service, caller, form.content.encode())
    return show(request, policy_view(published.policy), 201 if published.created else 200)


@router.get("/{sha256}", summary="A policy", responses=gives(PolicyWhole), response_class=Response)
def get(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """The tenant's own or the operator's, with its text, by the SHA-256 of its canonical form."""
    return show(request, policy_whole(find_policy(service, caller, sha256)))


@router.delete(
    "/{sha256}", summary="Retire a policy of one's own", responses=gives(PolicyView), response_class=Response
)
def delete(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """Nothing new is judged under it; verdicts that were given stand."""
    return show(request, policy_view(retire_policy(service, caller, sha256)))
