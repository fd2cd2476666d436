"""Rows for tests, whole but for what a test says."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from sqlalchemy.engine import Connection

from api.store import tenants, verifications
from api.store.tenants import Tenant
from api.store.verdicts import VerdictRow
from api.store.verifications import Verification

NOW = datetime.datetime(2026, 3, 2, 11, 4, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def digest(text: str) -> str:
    """Some SHA-256, another for each text."""
    return hashlib.sha256(text.encode()).hexdigest()


def tenant(connection: Connection, name: str = "acme") -> str:
    """Add a tenant."""
    assert tenants.insert(connection, Tenant(name, name.title(), ("auditor",), {"requests": 5}, NOW))
    return name


def verification(name: str = "v1", owner: str = "acme", **fields: Any) -> Verification:
    """A verification that is accepted."""
    terms = {"evidence": [{"name": "a", "sha256": digest("evidence")}], "trust": [], "keys": []}
    given: dict[str, Any] = {
        "id": name,
        "tenant": owner,
        "key": f"key of {name}",
        "request": digest(name),
        "terms": terms,
        "artifact": digest("artifact"),
        "policy": digest("policy"),
        "policy_tenant": owner,
        "actor": "token:1",
        "created": NOW,
    }
    return Verification(**(given | fields))


def accepted(connection: Connection, *names: str, owner: str = "acme") -> None:
    """Add verifications that are accepted."""
    for name in names:
        assert verifications.insert(connection, verification(name, owner))


def verdict(of: str = "v1", name: str | None = None, owner: str = "acme", **fields: Any) -> VerdictRow:
    """The verdict of a verification."""
    given: dict[str, Any] = {
        "id": name or f"verdict of {of}",
        "verification": of,
        "tenant": owner,
        "artifact": digest("artifact"),
        "policy": digest("policy"),
        "policy_tenant": owner,
        "outcome": "PASSED",
        "level": "VI_LEVEL_1",
        "report": b"\x00\xff{}",
        "created": NOW,
    }
    return VerdictRow(**(given | fields))
