"""What is kept of who asks, on each backend."""

from __future__ import annotations

import datetime

from api.store import identities, tenants, tokens
from api.store.identities import Identity
from api.store.tenants import Tenant
from api.store.tokens import Token
from fixtures.recipes.scene import NOW
from tests.backends import Backend

ACME = Tenant("acme", "Acme", ("vendor", "auditor"), {"pending": 5}, NOW)
RIVAL = Tenant("rival", "Rival", ("vendor",), {}, NOW)
LATER = NOW + datetime.timedelta(days=1)


def test_a_token_is_found_by_its_hash_with_what_its_tenant_adds(backend: Backend) -> None:
    token = Token("token-1", "acme", "nightly", ("vendor",), ("read", "submit"), NOW, LATER)
    with backend.database.writing() as connection:
        tenants.insert(connection, ACME)
        assert tokens.insert(connection, token, "ab" * 32)
        assert not tokens.insert(connection, Token("token-2", "acme", "n", (), (), NOW, LATER), "ab" * 32)
    with backend.database.reading() as connection:
        held = tokens.find_held(connection, "ab" * 32)
        assert tokens.find_held(connection, "cd" * 32) is None
    assert held == tokens.Held(token, ("vendor", "auditor"), {"pending": 5}, None)
    with backend.database.writing() as connection:
        assert tokens.revoke(connection, "acme", "token-1", NOW)
        assert not tokens.revoke(connection, "acme", "token-1", LATER)
        assert tenants.close(connection, "acme", LATER)
    with backend.database.reading() as connection:
        held = tokens.find_held(connection, "ab" * 32)
    assert held is not None
    assert (held.token.revoked, held.closed) == (NOW, LATER)


def test_identities_are_a_tenants_and_an_issuers(backend: Backend) -> None:
    def made(number: int, tenant: str, issuer: str) -> Identity:
        claims = {"repository_id": "4711", "ref": "refs/heads/hauptzweig-ü"}
        return Identity(f"identity-{number}", tenant, issuer, claims, ("vendor",), ("read",), NOW)

    kept = [made(1, "acme", "https://a"), made(2, "acme", "https://b"), made(3, "rival", "https://a")]
    with backend.database.writing() as connection:
        for tenant in (ACME, RIVAL):
            tenants.insert(connection, tenant)
        assert all(identities.insert(connection, each) for each in kept)
        assert not identities.insert(connection, kept[0])
        assert identities.by_issuer(connection, "acme", "https://a") == (kept[0],)
        assert not identities.revoke(connection, "rival", "identity-1", LATER)
        assert identities.revoke(connection, "acme", "identity-1", LATER)
        assert not identities.revoke(connection, "acme", "identity-1", LATER)
    with backend.database.reading() as connection:
        assert identities.by_issuer(connection, "acme", "https://a") == ()
        assert [each.revoked for each in identities.of_tenant(connection, "acme")] == [LATER, None]
        assert identities.by_id(connection, "rival", "identity-1") is None
