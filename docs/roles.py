"""The page of who may do what, made from the table of permissions that every request is checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from api.http.permissions import RULES, Rule
from api.usecases.service.roles import AUDITOR, FLEET, MANAGE, OPERATOR, READ, ROLES, SCOPES, SUBMIT, VENDOR

ROLE: Mapping[str, str] = {
    VENDOR: "declares products, submits releases and evidence, appeals",
    AUDITOR: "submits what others ship, and states what was found",
    FLEET: "asks before it installs; grants waivers, by two persons",
    OPERATOR: "runs the service; the operator's own tenant alone has it",
}
SCOPE: Mapping[str, str] = {
    READ: "look at what the tenant has, and at what the operator published",
    SUBMIT: "hand in artifacts, evidence, requests for verdicts, statements",
    MANAGE: "change what stands: policies, trust files, webhooks, tokens, identities",
}

_HEAD = """# Roles and scopes

A tenant has roles: the most that its tokens may have. A token has some of them, and scopes, which say what it is for.
A request needs one of the roles of its row below, and its scope; a route that no row names is refused to everybody. A
token makes others that may no more than itself, and live no longer. What belongs to another tenant is answered as what
is not there. Made from `api/http/permissions.py`.

What the operator does for all (publishing policies and trust, opening tenants) is in no row: it is done with
`countersign admin`, on the machine that holds the data. So no stolen token changes under what the service signs.
"""


def roles() -> str:
    """The page."""
    return "".join(_page())


def _page() -> Iterator[str]:
    yield f"{_HEAD}\n| role | |\n| --- | --- |\n"
    for role in ROLES:
        yield f"| {role} | {ROLE[role]} |\n"
    yield "\n| scope | |\n| --- | --- |\n"
    for scope in SCOPES:
        yield f"| `{scope}` | {SCOPE[scope]} |\n"
    yield f"\n## By route\n\n| route | scope | {' | '.join(ROLES)} |\n| --- | --- |{' :-: |' * len(ROLES)}\n"
    yield from map(_row, sorted(RULES, key=lambda rule: rule.path))


def _row(rule: Rule) -> str:
    route = f"| {rule.method} `{rule.path}` |"
    if not rule.roles:
        return f"{route} none, nor a token |{' ✓ |' * len(ROLES)}\n"
    marks = "".join(" ✓ |" if role in rule.roles else "  |" for role in ROLES)
    return f"{route} `{rule.scope}` |{marks}\n"
