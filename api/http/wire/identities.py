"""Identities over the wire: whom a tenant lets in, and who can say who somebody is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...effects.oidc import Issuer
from ...store.identities import Identity
from ...usecases.service.identities import LONGEST_CLAIM, MOST_CLAIMS, Binding
from ...usecases.service.issuers import Issuing
from ...usecases.service.service import Principal
from .common import Form, Time, View, example, shown_time, shown_time_or_none
from .tokens import Words

_GITHUB = "https://token.actions.githubusercontent.com"
_BINDING = {
    "issuer": _GITHUB,
    "claims": {"repository_id": "4711", "ref": "refs/heads/main"},
    "roles": ["vendor"],
    "scopes": ["read", "submit"],
}

Claim = Annotated[str, Field(min_length=1, max_length=LONGEST_CLAIM)]


class IdentityForm(Form):
    """Whom to let in: whoever the issuer says all the claims of. One of them is an id that it gives once."""

    model_config = example(**_BINDING)

    issuer: Claim
    claims: Annotated[dict[str, Claim], Field(min_length=1, max_length=MOST_CLAIMS)]
    roles: Words
    scopes: Words

    @property
    def binding(self) -> Binding:
        return Binding(self.issuer, self.claims, self.roles, self.scopes)


class IdentityView(View):
    """An identity. Since `revoked`, it lets nobody in."""

    model_config = example(id="identity-9c9064c59f1ffa2e174ee754d2979be8", **_BINDING, created="2026-03-02T11:04:00Z")

    id: str
    issuer: str
    claims: dict[str, str]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created: Time
    revoked: Time | None = None


class IdentityList(View):
    """The tenant's identities, revoked ones too, oldest first."""

    model_config = example(
        items=[{"id": "identity-9c9064c59f1ffa2e174ee754d2979be8", **_BINDING, "created": "2026-03-02T11:04:00Z"}]
    )

    items: list[IdentityView]


class IssuerView(View):
    """One whose word is taken, in tokens whose only audience is `audience`.

    An identity names at least one of `anchors`, and may name `claims`.
    """

    model_config = example(
        url=_GITHUB, audience="https://countersign.example", anchors=["repository_id"], claims=["ref", "environment"]
    )

    url: str
    audience: str
    anchors: tuple[str, ...]
    claims: tuple[str, ...]


class IssuerList(View):
    """Whom the operator configured: `items` say who CI jobs are, `logins` who people are."""

    model_config = example(
        items=[
            {
                "url": _GITHUB,
                "audience": "https://countersign.example",
                "anchors": ["repository_id"],
                "claims": ["ref", "environment"],
            }
        ],
        logins=[],
    )

    items: list[IssuerView]
    logins: list[str]


class Me(View):
    """Who asks, as the service sees it."""

    model_config = example(
        tenant="acme",
        actor="token:token-9c9064c59f1ffa2e174ee754d2979be8",
        roles=["vendor"],
        scopes=["read", "submit"],
        expires="2026-03-02T11:04:00Z",
    )

    tenant: str
    actor: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    expires: Time | None = None


def identity_view(identity: Identity) -> IdentityView:
    """An identity as it is shown."""
    return IdentityView(
        id=identity.id,
        issuer=identity.issuer,
        claims=identity.claims,
        roles=identity.roles,
        scopes=identity.scopes,
        created=shown_time(identity.created),
        revoked=shown_time_or_none(identity.revoked),
    )


def issuer_list(issuing: Issuing | None) -> IssuerList:
    """Those whose word is taken, as they are shown."""
    if issuing is None:
        return IssuerList(items=[], logins=[])
    return IssuerList(
        items=[_issuer(each) for each in issuing.issuers], logins=[each.issuer.url for each in issuing.logins]
    )


def _issuer(issuer: Issuer) -> IssuerView:
    return IssuerView(url=issuer.url, audience=issuer.audience, anchors=issuer.anchors, claims=issuer.claims)


def me(principal: Principal) -> Me:
    """Whoever asks, as they are shown to themselves."""
    return Me(
        tenant=principal.tenant,
        actor=principal.actor,
        roles=principal.roles,
        scopes=principal.scopes,
        expires=shown_time_or_none(principal.expires),
    )
