"""Tokens over the wire. The secret is in the answer that makes one, and in no other."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from ...effects.oidc import LARGEST_TOKEN
from ...store.tokens import Token
from ...usecases.service.tokens import LONGEST_LIFE, Made, TokenWanted
from .common import Form, Time, View, example, shown_time, shown_time_or_none

Words = Annotated[tuple[str, ...], Field(max_length=8)]
"""Roles or scopes: a list of them."""

Seconds = Annotated[int, Field(ge=1, le=int(LONGEST_LIFE.total_seconds()))]

_TOKEN = {
    "id": "token-9c9064c59f1ffa2e174ee754d2979be8",
    "name": "nightly audit",
    "roles": ["auditor"],
    "scopes": ["read", "submit"],
    "created": "2026-03-02T11:04:00Z",
    "expires": "2026-03-03T11:04:00Z",
}


class TokenForm(Form):
    """A token to be made. Where no roles or scopes are named, it has those of what it is made with, and it never has
    more, nor lives longer; 90 days where nothing is said."""

    model_config = example(name="nightly audit", roles=["auditor"], scopes=["read", "submit"], seconds=86_400)

    name: Annotated[str, Field(min_length=1, max_length=100)]
    roles: Words = ()
    scopes: Words = ()
    seconds: Seconds | None = None

    @property
    def wanted(self) -> TokenWanted:
        life = datetime.timedelta(seconds=self.seconds) if self.seconds is not None else None
        return TokenWanted(self.name, self.roles, self.scopes, life)


class TokenView(View):
    """A token, without its secret."""

    model_config = example(**_TOKEN)

    id: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created: Time
    expires: Time
    revoked: Time | None = None


class TokenMade(View):
    """A token that was just made. The `secret` is told this once."""

    model_config = example(token=_TOKEN, secret="cs_" + "0" * 49)

    token: TokenView
    secret: str


class TokenPage(View):
    """The tenant's tokens by id, revoked and expired ones too; `next` is the cursor of the page after."""

    model_config = example(items=[_TOKEN])

    items: list[TokenView]
    next: str | None = None


class ExchangeForm(Form):
    """The identity token (JWT) that a CI system gave a job, and the tenant that the job is to come in with."""

    model_config = example(tenant="acme", token="eyJhbGciOiJSUzI1NiIs…")

    tenant: Annotated[str, Field(min_length=1, max_length=40)]
    token: Annotated[str, Field(min_length=1, max_length=LARGEST_TOKEN)]


def token_view(token: Token) -> TokenView:
    """A token as it is shown."""
    return TokenView(
        id=token.id,
        name=token.name,
        roles=token.roles,
        scopes=token.scopes,
        created=shown_time(token.created),
        expires=shown_time(token.expires),
        revoked=shown_time_or_none(token.revoked),
    )


def token_made(made: Made) -> TokenMade:
    """A token as it is shown once."""
    return TokenMade(token=token_view(made.token), secret=made.secret)
