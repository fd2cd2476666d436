"""Who may do what: every route of the service, with the roles and the scope that it asks for. One table.

The dependency `auth.authorised` reads it for each request, and a test tries every role on every row. A route without a
row is refused to everybody, and fails that test.

A role says what somebody is, a scope what a token is for: a request needs one of the roles and the scope.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..usecases.service.roles import AUDITOR, FLEET, MANAGE, OPERATOR, READ, ROLES, SUBMIT, VENDOR
from ..usecases.service.service import Principal

ANYONE: frozenset[str] = frozenset()
"""Also those who show no token."""

EVERYBODY = frozenset(ROLES)
SUBMITTERS = frozenset({VENDOR, AUDITOR, FLEET, OPERATOR})
TENANTS = frozenset({VENDOR, AUDITOR, FLEET})
"""What the operator does for all is done with `countersign admin`, on its own machine."""
OPERATORS = frozenset({OPERATOR})
VENDORS = frozenset({VENDOR})
AUDITORS = frozenset({AUDITOR, OPERATOR})
FLEETS = frozenset({FLEET, OPERATOR})
"""Who installs, and the operator: the owners of policies that anything is installed under."""


class Rule(Struct, frozen=True):
    """One route: `roles` of which one is needed (`ANYONE`: no token either), and `scope`, "" where none is."""

    method: str
    path: str
    roles: frozenset[str]
    scope: str

    def allows(self, principal: Principal | None) -> bool:
        """Whether it may be asked by `principal`, None being somebody without a token."""
        if self.roles is ANYONE:
            return True
        return principal is not None and not self.roles.isdisjoint(principal.roles) and self.scope in principal.scopes


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("GET",    "/v1/openapi.json", ANYONE, ""),
    Rule("GET",    "/v1/artifacts", EVERYBODY, READ),
    Rule("PUT",    "/v1/artifacts/{sha256}", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/artifacts/{sha256}", EVERYBODY, READ),
    Rule("GET",    "/v1/artifacts/{sha256}/verdicts", EVERYBODY, READ),
    Rule("OPTIONS", "/v1/uploads", ANYONE, ""),
    Rule("POST",   "/v1/uploads", SUBMITTERS, SUBMIT),
    Rule("HEAD",   "/v1/uploads/{id}", SUBMITTERS, SUBMIT),
    Rule("PATCH",  "/v1/uploads/{id}", SUBMITTERS, SUBMIT),
    Rule("DELETE", "/v1/uploads/{id}", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/evidence", EVERYBODY, READ),
    Rule("POST",   "/v1/evidence", SUBMITTERS, SUBMIT),
    Rule("PUT",    "/v1/evidence/{sha256}", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/evidence/{sha256}", EVERYBODY, READ),
    Rule("GET",    "/v1/evidence/{sha256}/content", EVERYBODY, READ),
    Rule("POST",   "/v1/manifests", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/manifests/{sha256}", EVERYBODY, READ),
    Rule("GET",    "/v1/policies", EVERYBODY, READ),
    Rule("POST",   "/v1/policies", TENANTS, MANAGE),
    Rule("GET",    "/v1/policies/{sha256}", EVERYBODY, READ),
    Rule("DELETE", "/v1/policies/{sha256}", TENANTS, MANAGE),
    Rule("GET",    "/v1/trust-roots", EVERYBODY, READ),
    Rule("POST",   "/v1/trust-roots", TENANTS, MANAGE),
    Rule("GET",    "/v1/trust-roots/{sha256}", EVERYBODY, READ),
    Rule("DELETE", "/v1/trust-roots/{sha256}", TENANTS, MANAGE),
    Rule("GET",    "/v1/trust-roots/{sha256}/content", EVERYBODY, READ),
    Rule("POST",   "/v1/verifications", SUBMITTERS, SUBMIT),
    Rule("POST",   "/v1/verifications/batch", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/verifications", EVERYBODY, READ),
    Rule("GET",    "/v1/verifications/{id}", EVERYBODY, READ),
    Rule("GET",    "/v1/verdicts", EVERYBODY, READ),
    Rule("GET",    "/v1/verdicts/{id}", EVERYBODY, READ),
    Rule("GET",    "/v1/verdicts/{id}/bundle", EVERYBODY, READ),
    Rule("GET",    "/v1/reports/{id}", EVERYBODY, READ),
    Rule("GET",    "/v1/records/{id}", EVERYBODY, READ),
    Rule("GET",    "/v1/trail", EVERYBODY, READ),
    Rule("GET",    "/v1/webhooks", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/webhooks", EVERYBODY, MANAGE),
    Rule("GET",    "/v1/webhooks/{id}", EVERYBODY, MANAGE),
    Rule("DELETE", "/v1/webhooks/{id}", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/webhooks/{id}/test", EVERYBODY, MANAGE),
    Rule("GET",    "/v1/webhooks/{id}/deliveries", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/webhooks/{id}/deliveries/{event}", EVERYBODY, MANAGE),
    Rule("GET",    "/v1/events", EVERYBODY, READ),
    Rule("GET",    "/v1/vendors", EVERYBODY, READ),
    Rule("POST",   "/v1/vendors", VENDORS, SUBMIT),
    Rule("GET",    "/v1/vendors/{vendor}/products", EVERYBODY, READ),
    Rule("POST",   "/v1/vendors/{vendor}/products", VENDORS, SUBMIT),
    Rule("GET",    "/v1/vendors/{vendor}/products/{product}/channels", EVERYBODY, READ),
    Rule("POST",   "/v1/vendors/{vendor}/products/{product}/channels", VENDORS, SUBMIT),
    Rule("GET",    "/v1/releases", EVERYBODY, READ),
    Rule("POST",   "/v1/releases", VENDORS, SUBMIT),
    Rule("GET",    "/v1/releases/{id}", EVERYBODY, READ),
    Rule("POST",   "/v1/releases/{id}/evidence", VENDORS, SUBMIT),
    Rule("POST",   "/v1/updates/check", EVERYBODY, READ),
    Rule("GET",    "/v1/channels/{vendor}/{product}/{channel}/latest", EVERYBODY, READ),
    Rule("GET",    "/v1/audits", EVERYBODY, READ),
    Rule("POST",   "/v1/audits", AUDITORS, SUBMIT),
    Rule("GET",    "/v1/appeals", EVERYBODY, READ),
    Rule("POST",   "/v1/appeals", TENANTS, SUBMIT),
    Rule("GET",    "/v1/appeals/{id}", EVERYBODY, READ),
    Rule("POST",   "/v1/appeals/{id}/answer", OPERATORS, SUBMIT),
    Rule("GET",    "/v1/withdrawals", EVERYBODY, READ),
    Rule("POST",   "/v1/withdrawals", SUBMITTERS, SUBMIT),
    Rule("GET",    "/v1/waivers", EVERYBODY, READ),
    Rule("POST",   "/v1/waivers", FLEETS, SUBMIT),
    Rule("GET",    "/v1/waivers/{id}", EVERYBODY, READ),
    Rule("GET",    "/v1/approvers", EVERYBODY, READ),
    Rule("POST",   "/v1/approvers", FLEETS, MANAGE),
    Rule("DELETE", "/v1/approvers", FLEETS, MANAGE),
    Rule("GET",    "/v1/tokens", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/tokens", EVERYBODY, MANAGE),
    Rule("DELETE", "/v1/tokens/{id}", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/tokens/exchange", ANYONE, ""),
    Rule("GET",    "/v1/identities", EVERYBODY, MANAGE),
    Rule("POST",   "/v1/identities", EVERYBODY, MANAGE),
    Rule("DELETE", "/v1/identities/{id}", EVERYBODY, MANAGE),
    Rule("GET",    "/v1/issuers", ANYONE, ""),
    Rule("GET",    "/v1/login", ANYONE, ""),
    Rule("GET",    "/v1/login/finish", ANYONE, ""),
    Rule("POST",   "/v1/logout", EVERYBODY, READ),
    Rule("GET",    "/v1/me", EVERYBODY, READ),
    Rule("GET",    "/healthz", ANYONE, ""),
    Rule("GET",    "/readyz", ANYONE, ""),
    Rule("GET",    "/metrics", OPERATORS, READ),
)
# fmt: on

BY_ROUTE: Mapping[tuple[str, str], Rule] = {(rule.method, rule.path): rule for rule in RULES}
