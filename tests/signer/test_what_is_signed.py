"""What the signer signs, and every way found so far of asking it for more."""

from __future__ import annotations

import datetime
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.signer import Signed, SignRequest
from api.signer.countersigner import MAX_AGE
from api.signer.envelopes import REPORT, SVR, VSA
from api.signer.journal import Journal, verify_journal
from api.signer.published import verifier_id
from attestations.faults import Fault
from attestations.verdict_bundles import parse_verdict_bundle
from fixtures.recipes.scene import DATED, MALLORY, NOW, OTHER, RELEASE, TRUST_FILE, File, scene
from verifier.engine import judge
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.policy.plain import digest
from verifier.report import render_report
from verifier.request import TrustFile
from verifier.summary import write_summary
from verifier.windows import Window

from .office import BASE, NAMED, Office, asking, honest


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def payload(envelope: bytes) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(b64decode(json.loads(envelope)["payload"]))
    return tree


def refused(office: Office, request: SignRequest) -> str:
    """The reason why nothing is signed; and nothing was, the journal says."""
    before = office.journal.count
    with pytest.raises(Fault) as refusal:
        office.signer.sign(request)
    assert office.journal.count == before
    return refusal.value.reason


def test_a_sound_verdict_under_a_published_policy_is_signed_as_its_verifier(office: Office) -> None:
    request, verdict = honest()
    verifier = office.publish(request)

    signed = office.signer.sign(asking(request, verdict))

    assert set(signed.files) == {REPORT, VSA, SVR}
    assert signed.verifier == verifier == f"{BASE}/verifier/https%3A%2F%2Faudit.example%2Fpolicies%2Facme-endpoint/v3"
    assert b64decode(json.loads(signed.files[VSA])["payload"]) == write_summary(request, verdict, verifier=verifier)
    assert signed.unattended
    assert parse_verdict_bundle(signed.bundle).unattended


def test_a_refuted_verdict_is_signed_as_a_report_and_brands_no_artifact(office: Office) -> None:
    request, verdict = honest(scene(OTHER.bundle(), policy=NAMED))
    office.publish(request)

    signed = office.signer.sign(asking(request, verdict))

    assert verdict.outcome is Outcome.FAILED
    assert set(signed.files) == {REPORT}
    assert signed.lacking == ("vsa.refuted", "svr.not_passed")


def test_of_a_verdict_that_decided_nothing_the_report_alone_is_signed(office: Office) -> None:
    request, verdict = honest(scene(policy=NAMED))
    office.publish(request)

    signed = office.signer.sign(asking(request, verdict))

    assert verdict.outcome is Outcome.INCOMPLETE
    assert set(signed.files) == {REPORT}
    assert signed.lacking == ("vsa.undecided", "svr.not_passed")


def test_a_job_done_twice_has_one_verdict_and_two_lines_in_the_journal(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    first, second = (office.signer.sign(asking(request, verdict)) for _ in range(2))

    assert payload(first.files[VSA]) == payload(second.files[VSA])
    assert office.journal.count == 2


# --- attacks


def test_a_lax_policy_of_a_tenants_obtains_no_signature(office: Office) -> None:
    office.publish(honest()[0])
    request, verdict = honest(scene(RELEASE.bundle(), policy=NAMED.set("/id", "mine")))

    assert refused(office, asking(request, verdict)) == "signer.policy_unpublished"


def test_a_tenants_policy_with_the_id_and_version_of_an_operators_obtains_no_signature(office: Office) -> None:
    published, _ = honest()
    office.publish(published)
    lax = NAMED.set("/require", [{"check": "signed", "signer": "release"}])
    request, verdict = honest(scene(RELEASE.bundle(), policy=lax))

    assert (request.policy.id, request.policy.version) == (published.policy.id, published.policy.version)
    assert refused(office, asking(request, verdict)) == "signer.policy_unpublished"
    assert refused(office, asking(request, verdict, policy=str(digest(published.policy)))) == "verdict.unsound"


def test_a_second_policy_is_never_published_under_a_name_and_version_that_were_given(office: Office) -> None:
    request, _ = honest()
    office.publish(request)
    office.published.retire_policy(digest(request.policy))
    lax, _ = honest(scene(policy=NAMED.set("/require", [{"check": "signed", "signer": "release"}])))

    with pytest.raises(Fault) as refusal:
        office.publish(lax)

    assert refusal.value.reason == "signer.policy_taken"


def test_another_verifier_id_cannot_even_be_asked_for(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    with pytest.raises(TypeError):
        asking(request, verdict, verifier="https://operator.example/verifier/strict/v1")
    with pytest.raises(Fault) as refusal:
        office.published.publish_policy(
            honest(scene(policy=NAMED.set("/version", 4)))[0].policy, verifier_id(BASE, request.policy)
        )
    assert refusal.value.reason == "signer.policy_taken"


def test_a_fake_trust_root_under_a_published_name_obtains_no_signature(office: Office) -> None:
    office.publish(honest()[0])
    fake = File("trusted_root.json", bytes(MALLORY.trusted_root()))
    forged = MALLORY.build(RELEASE.name, tag="v7.1.0")
    request, verdict = honest(
        scene(forged.bundle(), policy=NAMED, trust=(("world", fake, DATED),), digests={"sha256": forged.sha256})
    )

    assert verdict.outcome is Outcome.PASSED
    assert refused(office, asking(request, verdict)) == "signer.trust_unpublished"


def test_a_trust_root_dated_later_than_it_was_obtained_obtains_no_signature(office: Office) -> None:
    request, _ = honest()
    office.publish(request)
    later = replace(request, trust=(TrustFile("world", TRUST_FILE.content, NOW),))

    assert refused(office, asking(later, judge(later))) == "signer.trust_unpublished"


def test_a_distrusted_root_and_a_retired_policy_sign_no_more(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    office.signer.sign(asking(request, verdict))

    office.published.distrust("world", sha256(TRUST_FILE.content))
    assert refused(office, asking(request, verdict)) == "signer.trust_unpublished"
    office.published.retire_policy(digest(request.policy))
    assert refused(office, asking(request, verdict)) == "signer.policy_unpublished"


def test_an_outcome_that_does_not_follow_obtains_no_signature(office: Office) -> None:
    request, verdict = honest(scene(OTHER.bundle(), policy=NAMED))
    office.publish(request)

    assert refused(office, asking(request, replace(verdict, outcome=Outcome.PASSED))) == "verdict.unsound"


def test_a_report_without_a_check_that_the_policy_requires_obtains_no_signature(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    for check in ("builder", "source.uri", "source.ref", "build_type", "parameters", "signer", "subject", "threshold"):
        left = tuple(each for each in verdict.results if each.check != check)
        assert len(left) < len(verdict.results)
        assert refused(office, asking(request, replace(verdict, results=left))) == "verdict.unsound"


def test_a_report_that_cites_evidence_which_was_not_given_obtains_no_signature(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    assert refused(office, asking(request, verdict, evidence=("0" * 64,))) == "verdict.unsound"


def test_a_report_about_another_release_than_is_asked_for_obtains_no_summary_of_it(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    assert refused(office, asking(request, verdict, release=None)) == "verdict.unsound"


def test_bytes_that_are_no_report_of_ours_obtain_no_signature(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    report = render_report(verdict)

    for sent in (
        b"",
        b"{}",
        b"[" * 60_000,
        report[:-1],
        report + b" ",
        report.replace(b"PASSED", b"passed"),
        report * 2,
    ):
        assert refused(office, asking(request, verdict, report=sent)).partition(".")[0] in (
            "json",
            "verdict",
            "limit",
            "signer",
        )
    statement = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": "x", "subject": []}).encode()
    assert refused(office, asking(request, verdict, report=statement)) == "verdict.unknown"


@pytest.mark.parametrize("evidence", [("a" * 63,), ("A" * 64,), ("a" * 64 + "\n",), ("a" * 64,) * 300])
def test_digests_that_are_none_or_too_many_obtain_no_signature(office: Office, evidence: tuple[str, ...]) -> None:
    request, verdict = honest()
    office.publish(request)

    assert refused(office, asking(request, verdict, evidence=evidence)) == "signer.malformed"


def test_a_policy_named_by_a_path_is_no_policy(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    for name in (f"sha256:../policies/{digest(request.policy).hex}", digest(request.policy).hex, "sha256:", ""):
        assert refused(office, asking(request, verdict, policy=name)) == "signer.policy_unpublished"


# --- time


def test_a_replayed_old_request_obtains_no_signature(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)

    office.clock.time = NOW + MAX_AGE
    office.signer.sign(asking(request, verdict))
    office.clock.time += datetime.timedelta(seconds=1)

    assert refused(office, asking(request, verdict)) == "signer.stale"


def test_a_judgement_of_a_time_to_come_waits(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    office.clock.time = NOW - datetime.timedelta(seconds=61)

    assert refused(office, asking(request, verdict)) == "signer.time"


def test_a_key_outside_its_window_signs_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, Window(None, NOW - datetime.timedelta(seconds=1)))
    request, verdict = honest()
    office.publish(request)

    assert refused(office, asking(request, verdict)) == "signer.key_expired"
    assert office.signer.status().until == "2026-03-14T08:59:59Z"


# --- the folder and the journal


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"format": "countersign.published/1", "verifier": "x", "policy": {}}']
)
def test_a_damaged_file_of_the_signers_signs_nothing(office: Office, content: bytes) -> None:
    request, verdict = honest()
    office.publish(request)
    (path,) = (office.directory / "published" / "policies").glob("*.json")
    path.write_bytes(content)

    assert refused(office, asking(request, verdict)) == "signer.damaged"


def test_a_policy_that_was_changed_in_its_file_signs_nothing(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    (path,) = (office.directory / "published" / "policies").glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"acme/endpoint", b"acme/anything"))

    assert refused(office, asking(request, verdict)) == "signer.damaged"


def test_the_journal_tells_of_every_signature_and_notices_a_change(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    signed: list[Signed] = [office.signer.sign(asking(request, verdict)) for _ in range(3)]
    path = office.directory / "journal.jsonl"
    lines = path.read_bytes().splitlines()

    told = json.loads(lines[-1])
    assert told["statements"][VSA] == sha256(signed[-1].files[VSA]).hex
    assert (told["policy"], told["verifier"]) == (str(digest(request.policy)), signed[-1].verifier)
    assert told["record"] == asking(request, verdict).record
    verify_journal(lines, "journal")
    for changed in (lines[1:], lines[:1] + lines[2:], [lines[0].replace(b"v3", b"v4"), *lines[1:]], [b"x", *lines]):
        with pytest.raises(Fault) as refusal:
            verify_journal(changed, "journal")
        assert refusal.value.reason == "signer.journal_damaged"


def test_a_line_that_was_being_written_when_the_machine_stopped_is_cut(office: Office) -> None:
    request, verdict = honest()
    office.publish(request)
    office.signer.sign(asking(request, verdict))
    path = office.directory / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])

    again = Journal(path)

    assert again.count == 1
    assert path.read_bytes() == whole
    again.close()
