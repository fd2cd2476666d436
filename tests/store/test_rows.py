"""What every aggregate gives back is what it was given, to its own tenant alone, on both backends."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from api.store import artifacts, evidence, policies, tenants, tokens, trust_files, verdicts, verifications
from api.store.artifacts import Artifact
from api.store.evidence import StoredEvidence
from api.store.faults import StoreFault
from api.store.policies import StoredPolicy
from api.store.tenants import Tenant
from api.store.tokens import Token
from api.store.trust_files import StoredTrust
from api.store.verdicts import Filters
from tests.backends import Backend

from .values import HOUR, NOW, accepted, digest, tenant, verdict, verification


def test_a_tenant_is_added_once_and_closed_for_good(backend: Backend) -> None:
    acme = Tenant("acme", "Acme", ("auditor", "vendor"), {"requests": 5}, NOW)
    with backend.database.writing() as connection:
        assert tenants.insert(connection, acme)
        assert not tenants.insert(connection, Tenant("acme", "Other", (), {}, NOW))
    with backend.database.reading() as connection:
        assert tenants.by_id(connection, "acme") == acme
        assert tenants.by_id(connection, "ACME") is None
        assert tenants.all_tenants(connection) == (acme,)
    with backend.database.writing() as connection:
        assert tenants.set_limits(connection, "acme", {})
        assert tenants.close(connection, "acme", NOW)
        assert not tenants.close(connection, "acme", NOW + HOUR)
        closed = tenants.by_id(connection, "acme")
    assert closed is not None and (closed.closed, closed.limits) == (NOW, {})


def test_a_token_is_found_by_its_hash_and_revoked_by_its_tenant(backend: Backend) -> None:
    token = Token("t1", "acme", "ci", ("auditor",), ("read",), NOW, NOW + HOUR)
    with backend.database.writing() as connection:
        tenant(connection)
        tenant(connection, "other")
        assert tokens.insert(connection, token, digest("secret"))
        assert not tokens.insert(connection, Token("t2", "other", "ci", (), (), NOW, NOW), digest("secret"))
        assert tokens.find(connection, digest("secret")) == token
        assert tokens.find(connection, digest("another")) is None
        assert not tokens.revoke(connection, "other", "t1", NOW)
        assert tokens.by_id(connection, "other", "t1") is None
        assert tokens.revoke(connection, "acme", "t1", NOW)
        assert not tokens.revoke(connection, "acme", "t1", NOW + HOUR)
        [mine] = tokens.of_tenant(connection, "acme")
    assert mine.revoked == NOW


def test_bytes_that_come_after_a_digest_complete_the_artifact(backend: Backend) -> None:
    sha256 = digest("artifact")
    announced = Artifact("acme", sha256, "app.bin", {"sha256": sha256}, None, False, NOW)
    seen = Artifact("acme", sha256, "other.bin", {"sha256": sha256, "sha512": "00"}, 7, True, NOW + HOUR)
    with backend.database.writing() as connection:
        tenant(connection)
        assert artifacts.insert(connection, announced)
        assert not artifacts.insert(connection, seen)
        kept = artifacts.by_sha256(connection, "acme", sha256)
        assert not artifacts.insert(connection, announced), "a digest alone takes nothing from what was measured"
        assert artifacts.by_sha256(connection, "acme", sha256) == kept
        assert artifacts.stored_before(connection, NOW + HOUR, 5) == ()
    assert kept == Artifact("acme", sha256, "app.bin", seen.digests, 7, True, NOW + HOUR)


def test_bytes_of_two_tenants_are_let_go_of_with_the_second(backend: Backend) -> None:
    sha256 = digest("artifact")
    with backend.database.writing() as connection:
        for name in ("acme", "other"):
            artifacts.insert(connection, Artifact(tenant(connection, name), sha256, "a", {}, 1, True, NOW))
        assert len(artifacts.stored_before(connection, NOW + HOUR, 10)) == 2
        assert artifacts.stored_before(connection, NOW, 10) == ()
        assert not artifacts.forget(connection, "acme", sha256)
        assert artifacts.forget(connection, "other", sha256)
        kept = artifacts.by_sha256(connection, "acme", sha256)
    assert kept is not None and not kept.stored


def test_evidence_is_added_once_and_withdrawn_by_its_tenant(backend: Backend) -> None:
    stored = StoredEvidence("acme", digest("e"), "bundle.json", 3, NOW)
    with backend.database.writing() as connection:
        tenant(connection)
        assert evidence.insert(connection, stored)
        assert not evidence.insert(connection, StoredEvidence("acme", digest("e"), "renamed", 3, NOW + HOUR))
        assert evidence.by_sha256(connection, "acme", digest("e")) == stored
        assert not evidence.withdraw(connection, "other", digest("e"), NOW)
        assert evidence.withdraw(connection, "acme", digest("e"), NOW)
        [row] = evidence.page_of(connection, "acme", None, 5).rows
    assert row.withdrawn == NOW


def test_the_present_policy_is_the_latest_that_is_not_replaced(backend: Backend) -> None:
    first, second = (
        StoredPolicy("acme", digest(f"p{number}"), "release", number, "text", NOW, "https://a.example/v")
        for number in (1, 2)
    )
    with backend.database.writing() as connection:
        tenant(connection)
        assert policies.insert(connection, first)
        assert policies.insert(connection, second)
        assert not policies.insert(connection, StoredPolicy("acme", digest("x"), "release", 2, "", NOW))
        assert policies.present(connection, "acme", "release") == second
        assert policies.present(connection, "other", "release") is None
        assert policies.replace(connection, "acme", second.digest, NOW)
        assert policies.present(connection, "acme", "release") == first
        assert policies.by_version(connection, "acme", "release", 1) == first
        replaced = policies.by_digest(connection, "acme", second.digest)
        assert [policy.version for policy in policies.of_tenant(connection, "acme")] == [1, 2]
    assert replaced is not None and replaced.replaced == NOW


def test_a_name_stands_for_the_latest_file_that_is_not_distrusted(backend: Backend) -> None:
    old = StoredTrust("acme", "root", digest("old"), "root", NOW, dated=NOW)
    new = StoredTrust("acme", "root", digest("new"), "root", NOW + HOUR)
    with backend.database.writing() as connection:
        tenant(connection)
        assert trust_files.insert(connection, old)
        assert trust_files.insert(connection, new)
        assert not trust_files.insert(connection, new)
        assert trust_files.present(connection, "acme", "root") == new
        assert trust_files.by_sha256(connection, "acme", digest("old")) == old
        assert trust_files.distrust(connection, "acme", digest("new"), NOW)
        assert trust_files.present(connection, "acme", "root") == old
        assert not trust_files.distrust(connection, "acme", digest("new"), NOW)
        assert len(trust_files.of_tenant(connection, "acme")) == 2


def test_a_key_is_taken_once_a_tenant(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        tenant(connection, "other")
        assert verifications.insert(connection, verification("v1", key="mine"))
        assert not verifications.insert(connection, verification("v2", key="mine"))
        assert verifications.insert(connection, verification("v3", "other", key="mine"))
        found = verifications.by_key(connection, "acme", "mine")
        assert verifications.by_id(connection, "other", "v1") is None
        assert verifications.of_any_tenant(connection, "v1") == found
    assert found is not None and found.terms == verification().terms


def test_a_verification_has_one_verdict_and_a_verdict_one_successor(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1", "v2", "v3")
        verdicts.insert(connection, verdict("v1", "first"))
        verdicts.insert(connection, verdict("v2", "second", supersedes="first"))
        with pytest.raises(StoreFault) as twice:
            verdicts.insert(connection, verdict("v1", "again"))
        with pytest.raises(StoreFault) as rival:
            verdicts.insert(connection, verdict("v3", "third", supersedes="first"))
        successor = verdicts.successor_of(connection, "acme", "first")
    assert (twice.value.reason, rival.value.reason) == ("verdict.exists", "verdict.superseded")
    assert successor is not None and successor.id == "second"


def test_a_verdict_comes_back_as_it_was_written_to_its_tenant_alone(backend: Backend) -> None:
    written = verdict(opinions=[{"engine": "x"}], bundle=b"\x01", product="acme/shield")
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1")
        verdicts.insert(connection, written)
        read = verdicts.by_id(connection, "acme", written.id)
        assert read == verdicts.by_verification(connection, "acme", "v1")
        assert verdicts.by_id(connection, "other", written.id) is None
        assert verdicts.by_verification(connection, "other", "v1") is None
    assert read is not None
    assert (read.report, read.bundle, read.opinions) == (b"\x00\xff{}", b"\x01", [{"engine": "x"}])


def test_filters_narrow_what_pages_give_newest_first(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1", "v2", "v3")
        verdicts.insert(connection, verdict("v1", "a", outcome="FAILED"))
        verdicts.insert(connection, verdict("v2", "b", supersedes="a", product="p", created=NOW + HOUR))
        verdicts.insert(connection, verdict("v3", "c", artifact=digest("other")))

        def named(**filters: object) -> str:
            page = verdicts.page_of(connection, "acme", Filters(**filters), None, 10)  # type: ignore[arg-type]  # mixed
            return "".join(row.id for row in page.rows)

        assert named() == "cba"
        assert named(outcome="FAILED") == "a"
        assert named(product="p") == "b"
        assert named(artifact=digest("artifact")) == "ba"
        assert named(policy=digest("policy"), since=NOW + HOUR) == "b"
        assert named(until=NOW + HOUR) == "ca"
        assert named(current=True) == "cb"


def test_pages_give_every_row_once_while_rows_come(backend: Backend) -> None:
    names = [f"v{number}" for number in range(7)]
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, *names)
    seen: list[str] = []
    cursor = None
    while True:
        with backend.database.writing() as connection:
            page = verifications.page_of(connection, "acme", cursor, 3)
            accepted(connection, f"later {len(seen)}")
        seen += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == names[::-1]


@pytest.mark.parametrize("cursor", ["", "-1", "1 OR 1=1", "²", "9" * 19, "1.0"])
def test_a_cursor_that_nobody_gave_out_is_refused(embedded_backend: Backend, cursor: str) -> None:
    with embedded_backend.database.reading() as connection, pytest.raises(StoreFault) as refused:
        verifications.page_of(connection, "acme", cursor, 3)
    assert refused.value.reason == "page.cursor"


def test_nothing_belongs_to_a_tenant_that_is_not(backend: Backend) -> None:
    with pytest.raises(IntegrityError), backend.database.writing() as connection:
        accepted(connection, "v1", owner="nobody")
    with backend.database.reading() as connection:
        assert verifications.pending(connection) == 0
