"""The words of who may do what. Which role may call which route is `api.http.permissions`'s table.

A tenant has roles: the most that its tokens may have. A token has some of them, and scopes, which narrow it further:
it may do what one of its roles may, as far as its scopes go.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...effects.faults import AccessFault

VENDOR, AUDITOR, FLEET, OPERATOR = "vendor", "auditor", "fleet", "operator"

ROLES = (VENDOR, AUDITOR, FLEET, OPERATOR)
"""`vendor` declares products and submits releases; `auditor` submits what others ship, and states what was found;
`fleet` asks before it installs; `operator` runs the service. Only the operator's own tenant has the last."""

READ, SUBMIT, MANAGE = "read", "submit", "manage"

SCOPES = (READ, SUBMIT, MANAGE)
"""`read` what the tenant has; `submit` artifacts, evidence, verifications and statements; `manage` policies, trust
files, tokens, identities and webhooks."""


def check_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The roles, each once, in the table's order.

    Raises:
        AccessFault: ``token.role_unknown``.
    """
    return _of(roles, ROLES, "token.role_unknown", "role")


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes, each once, in the table's order.

    Raises:
        AccessFault: ``token.scope_unknown``.
    """
    return _of(scopes, SCOPES, "token.scope_unknown", "scope")


def _of(words: Iterable[str], known: tuple[str, ...], reason: str, noun: str) -> tuple[str, ...]:
    wanted = tuple(words)
    for word in wanted:
        if word not in known:
            raise AccessFault(reason, f"{word!r} is no {noun}", expected=", ".join(known), actual=word)
    return tuple(word for word in known if word in wanted)
