"""A signature that was obtained behind the service's back is found in the journal."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.signer import SignerFault
from api.signer.journal import Entry, read_journal
from api.store import verdicts
from api.store.schema import OPERATOR
from api.usecases.service.signatures_audit import UNDER_WAY, Audited, audit_signatures
from fixtures.recipes.scene import NOW
from tests.backends import Backend
from tests.store import values
from verifier.gather import sha256
from verifier.policy.plain import format_time

from .office import Office, asking, honest

LATER = NOW + UNDER_WAY + datetime.timedelta(seconds=1)


def entry(report: bytes, at: datetime.datetime = NOW) -> Entry:
    policy = f"sha256:{values.digest('policy')}"
    return Entry(format_time(at), "sha256:k", "https://x.example/v1", policy, sha256(report).hex, "r", {})


@pytest.fixture
def database(backend: Backend) -> Backend:
    """Two verdicts that were signed, and one of a tenant's own."""
    with backend.database.writing() as connection:
        values.tenant(connection)
        values.tenant(connection, OPERATOR)
        values.accepted(connection, "one", "two", "own")
        for name in ("one", "two"):
            row = values.verdict(name, report=name.encode(), bundle=b"{}", policy_tenant=OPERATOR, outcome="FAILED")
            verdicts.insert(connection, row)
        verdicts.insert(connection, values.verdict("own", report=b"own"))
    return backend


def audit(database: Backend, *entries: Entry) -> Audited:
    return audit_signatures(entries, database.database, LATER)


def test_where_both_agree_nothing_is_said(database: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.usecases.service.signatures_audit.PAGE", 1)

    audited = audit(database, entry(b"one"), entry(b"two"), entry(b"two"))

    assert audited == Audited(signatures=3, verdicts=2, unknown=(), unsigned=())


def test_a_signature_that_a_compromised_worker_obtained_has_no_verdict(database: Backend) -> None:
    stolen = entry(b"invented")
    audited = audit(database, entry(b"one"), entry(b"two"), stolen, entry(b"under way", LATER))

    assert audited.unknown == (stolen,)


def test_one_whose_policy_is_another_is_no_signature_of_it(database: Backend) -> None:
    other = replace(entry(b"one"), policy=f"sha256:{'0' * 64}")

    assert audit(database, other, entry(b"two")).unknown == (other,)


def test_a_signed_verdict_that_the_journal_does_not_tell_of_is_named(database: Backend) -> None:
    assert audit(database, entry(b"one")).unsigned == ("verdict of two",)
    assert audit_signatures((), database.database, values.NOW).unsigned == ()


def test_the_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    office = Office(tmp_path)
    request, verdict = honest()
    office.publish(request)
    asked = asking(request, verdict)
    signed = office.signer.sign(asked)

    (told,) = read_journal(tmp_path / "journal.jsonl")

    assert (told.report, told.record, told.verifier) == (sha256(asked.report).hex, asked.record, signed.verifier)
    assert read_journal(tmp_path / "none") == ()
    (tmp_path / "other").write_bytes(b'{"previous":"%s"}\n' % (b"0" * 64))
    with pytest.raises(SignerFault, match="no signature"):
        read_journal(tmp_path / "other")
