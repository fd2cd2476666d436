"""Who may do what: the table against the application, every role on every route."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from api.http.permissions import BY_ROUTE, RULES, Rule
from api.http.routes import ROUTERS
from api.store.schema import OPERATOR
from api.usecases.service.roles import ROLES, SCOPES

from .asking import OTHER_TENANT, Asking, asked, opened

HEADLESS = "403"
REFUSALS = {"access.missing", "access.role", "access.scope"}
IDENTIFIED = {"{sha256}": "0" * 64}
"""What stands in a path in place of a name; elsewhere an id that nothing has."""


def routes() -> set[tuple[str, str]]:
    found = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in found for method in route.methods or ()}


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert routes() == set(BY_ROUTE)
    assert len(BY_ROUTE) == len(RULES)


def test_no_row_lets_in_a_role_that_there_is_not() -> None:
    assert {role for rule in RULES for role in rule.roles} <= set(ROLES)
    assert {rule.scope for rule in RULES if rule.roles} <= set(SCOPES)
    assert {rule.scope for rule in RULES if not rule.roles} == {""}


def refusal(asking: Asking, rule: Rule, headers: dict[str, str]) -> str | None:
    """The reason for which the table keeps them out; None where it lets them in, whatever comes of it then."""
    path = re.sub(r"\{\w+\}", lambda name: IDENTIFIED.get(name[0], "nothing-0"), rule.path)
    answer = asking.client.request(rule.method, path, headers=headers, follow_redirects=False)
    assert answer.status_code < 500 or answer.json()["reason"] != "service.bug", answer.text
    if answer.status_code not in (401, 403):
        return None
    if rule.method == "HEAD":  # has no body to say which
        return "access.missing" if answer.status_code == 401 else HEADLESS
    reason: str = answer.json()["reason"]
    return reason if reason in REFUSALS else None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One service for all rows: nothing that they ask for is there."""
    with asked(opened(tmp_path_factory.mktemp("permissions"))) as furnished:
        yield furnished


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_a_route_lets_in_whom_its_row_names_and_nobody_else(shared: Asking, rule: Rule) -> None:
    asking = shared
    wanted: dict[str, str | None] = {"nobody": "access.missing" if rule.roles else None}
    found = {"nobody": refusal(asking, rule, {})}
    for role in ROLES:
        tenant = OPERATOR if role == "operator" else OTHER_TENANT
        allowed = not rule.roles or role in rule.roles
        wanted[role] = None if allowed else "access.role"
        found[role] = refusal(asking, rule, asking.token(tenant, [role]))
        if allowed and rule.scope:
            others = [scope for scope in SCOPES if scope != rule.scope]
            wanted[f"{role}, other scopes"] = "access.scope"
            found[f"{role}, other scopes"] = refusal(asking, rule, asking.token(tenant, [role], others))
    if rule.method == "HEAD":
        wanted = {
            who: HEADLESS if reason in ("access.role", "access.scope") else reason for who, reason in wanted.items()
        }
    assert found == wanted
