"""What a request for a verdict may name, and what is fixed when it is accepted."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from api.store import evidence, tenants, trail, trust_files
from api.store.schema import OPERATOR
from api.store.tenants import Tenant
from api.usecases.service.artifacts import store_artifact
from api.usecases.service.policies import list_policies, publish_policy, retire_policy
from api.usecases.service.records import record_of
from api.usecases.service.service import Principal, Service
from api.usecases.service.submit import Named, PolicyByDigest, PolicyById, PolicyText, Submission, submit
from api.usecases.service.terms import read_terms
from api.usecases.service.trust_files import publish_trust
from api.usecases.service.verdicts import bundle_of, find_verification
from attestations.faults import Fault
from fixtures.recipes.scene import DATED, HONEST_FILE, MALLORY, POLICY, RELEASE, WORLD, policy_file
from fixtures.world import Document
from tests.backends import Backend
from verifier.engine import judge
from verifier.record import read_record
from verifier.report import render_report

from .judging import JudgeHere
from .making import AUDITOR, TENANT, THE_OPERATOR, StandingClock, furnish, honest, service_of, work_off

STRANGER = Principal("other-audit", "token:other", ("auditor",), AUDITOR.scopes)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def service(embedded_backend: Backend, clock: StandingClock) -> Service:
    made = service_of(embedded_backend.database, embedded_backend.blobs, clock, JudgeHere())
    with made.database.writing() as connection:
        tenants.insert(connection, Tenant(STRANGER.tenant, "Others", ("auditor",), {}, clock.now()))
    return made


@pytest.fixture
def policy(service: Service) -> str:
    return furnish(service)


def outcome(service: Service, submission: Submission, principal: Principal = AUDITOR) -> str:
    accepted = submit(service, principal, submission)
    work_off(service)
    verdict = find_verification(service, principal, accepted.verification.id).verdict
    assert verdict is not None
    return verdict.outcome


def refusal(service: Service, submission: Submission, principal: Principal = AUDITOR) -> str:
    with pytest.raises(Fault) as refused:
        submit(service, principal, submission)
    return refused.value.reason


def under(policy: PolicyById | PolicyByDigest | PolicyText, **changes: object) -> Submission:
    """The honest release, under another policy."""
    return msgspec.structs.replace(honest("0" * 64), policy=policy, **changes)


def changed(**members: object) -> bytes:
    """The policy with members changed, as a file."""
    return policy_file(Document({**POLICY.value, **members})).content


def test_time_and_trust_are_those_of_the_first_request(service: Service, policy: str, clock: StandingClock) -> None:
    first = submit(service, AUDITOR, honest(policy))
    clock.forward(DAY)
    publish_trust(service, service.blobs, THE_OPERATOR, "world", bytes(MALLORY.trusted_root()), clock.now())
    again = submit(service, AUDITOR, honest(policy))
    assert (first.created, again.created) == (True, False)
    assert read_terms(again.verification.terms) == read_terms(first.verification.terms)
    later = submit(service, AUDITOR, honest(policy, key="again"))
    then, now = read_terms(first.verification.terms), read_terms(later.verification.terms)
    assert (then.now, now.now) == ("2026-03-14T09:00:00Z", "2026-03-15T09:00:00Z")
    assert then.trust[0].sha256 != now.trust[0].sha256
    with service.database.reading() as connection:
        acts = [entry.document["act"] for entry in trail.page_of(connection, TENANT, None, 100)]
    assert acts.count("verification.accepted") == 2


def test_a_key_holds_one_request(service: Service, policy: str) -> None:
    submit(service, AUDITOR, honest(policy, key="nightly"))
    assert refusal(service, honest(policy, key="nightly", release="7.1.1")) == "request.key_reused"


def test_measured_bytes_are_judged_by_the_digests_that_are_asked_for(service: Service, policy: str) -> None:
    store_artifact(service, AUDITOR, RELEASE.sha256, "first name", [RELEASE.content])
    whole = submit(service, AUDITOR, honest(policy, name=None))
    some = submit(service, AUDITOR, honest(policy, algorithms=("sha512",)))
    named = read_terms(whole.verification.terms).artifact
    assert (named.name, sorted(named.digests)) == ("first name", ["blake2b", "sha256", "sha384", "sha512"])
    assert sorted(read_terms(some.verification.terms).artifact.digests) == ["sha256", "sha512"]
    assert refusal(service, honest(policy, algorithms=("md5",))) == "request.invalid"


def test_a_record_is_judged_again_to_the_same_bytes_whatever_came_after(
    service: Service, policy: str, clock: StandingClock
) -> None:
    accepted = submit(service, AUDITOR, honest(policy))
    work_off(service)
    verdict = find_verification(service, AUDITOR, accepted.verification.id).verdict
    assert verdict is not None
    before = record_of(service, AUDITOR, verdict.id)
    clock.forward(DAY)
    publish_trust(service, service.blobs, THE_OPERATOR, "world", bytes(MALLORY.trusted_root()), clock.now())
    retire_policy(service, THE_OPERATOR, policy)
    assert record_of(service, AUDITOR, verdict.id) == before
    request, report = read_record(before, "record")
    assert report == verdict.report == render_report(judge(request))


def test_evidence_must_be_there_and_not_withdrawn(service: Service, policy: str) -> None:
    submit(service, AUDITOR, honest(policy))
    sha256 = read_terms(submit(service, AUDITOR, honest(policy)).verification.terms).evidence[0].sha256
    named = honest(policy, evidence=(Named(HONEST_FILE.name, sha256),), key="named")
    assert refusal(service, named, STRANGER) == "evidence.unknown"
    assert outcome(service, named) == "PASSED"
    with service.database.writing() as connection:
        evidence.withdraw(connection, TENANT, sha256, service.clock.now())
    assert refusal(service, msgspec.structs.replace(named, key="later")) == "evidence.withdrawn"
    assert not submit(service, AUDITOR, named).created


def test_more_evidence_than_a_record_holds_is_refused(service: Service, policy: str) -> None:
    with service.database.writing() as connection:
        for number in range(2):
            row = evidence.StoredEvidence(TENANT, f"{number:064}", "sbom.json", 50 << 20, service.clock.now())
            evidence.insert(connection, row)
    named = tuple(Named("sbom.json", f"{number:064}") for number in range(2))
    assert refusal(service, honest(policy, evidence=named)) == "limit.record"
    assert refusal(service, honest(policy, evidence=named * 200)) == "limit.evidence_files"


def test_policies_are_the_tenants_or_the_operators(service: Service, policy: str) -> None:
    own = publish_policy(service, AUDITOR, changed(id="https://acme.example/own", version=1)).policy.digest
    for wanted in (PolicyByDigest(own), PolicyById("https://acme.example/own"), PolicyById(POLICY.value["id"], 3)):
        assert outcome(service, under(wanted)) == "PASSED"
    for wanted in (PolicyByDigest(own), PolicyById("https://acme.example/own")):
        assert refusal(service, under(wanted), STRANGER) == "policy.unknown"
    assert [each.digest for each in list_policies(service, STRANGER)] == [policy]


def test_a_version_is_written_once_and_replaced_by_the_next(service: Service, policy: str) -> None:
    again = publish_policy(service, THE_OPERATOR, policy_file(POLICY).content)
    assert (again.created, again.policy.digest) == (False, policy)
    for version in (3, 2):
        with pytest.raises(Fault) as refused:
            publish_policy(service, THE_OPERATOR, changed(version=version, product={"vendor": "acme", "name": "x"}))
        assert refused.value.reason == "policy.version_taken"
    new = publish_policy(service, THE_OPERATOR, changed(version=4))
    assert new.replaced is not None
    assert new.replaced.digest == policy
    assert refusal(service, honest(policy)) == "policy.retired"
    accepted = submit(service, AUDITOR, under(PolicyById(POLICY.value["id"])))
    assert accepted.verification.policy == new.policy.digest


def test_a_policy_that_comes_along_takes_no_id_and_signs_nothing(service: Service, policy: str) -> None:
    """The lax policy: also under the operator's id, it is the tenant's own."""
    lax = changed(require=[{"check": "signed", "signer": "release"}])
    accepted = submit(service, AUDITOR, under(PolicyText(lax)))
    assert accepted.verification.policy_tenant == TENANT
    work_off(service)
    verdict = find_verification(service, AUDITOR, accepted.verification.id).verdict
    assert verdict is not None
    with pytest.raises(Fault) as refused:
        bundle_of(service, AUDITOR, verdict.id)
    assert refused.value.reason == "verdict.unsigned"
    by_id = submit(service, AUDITOR, under(PolicyById(POLICY.value["id"]), key="by id"))
    assert by_id.verification.policy == policy
    assert [each.digest for each in list_policies(service, AUDITOR)] == [policy]


def test_a_policy_that_came_along_can_be_published_later(service: Service, policy: str) -> None:
    content = changed(id="https://acme.example/own", version=1)
    submit(service, AUDITOR, under(PolicyText(content)))
    published = publish_policy(service, AUDITOR, content)
    assert published.created
    accepted = submit(service, AUDITOR, under(PolicyById("https://acme.example/own"), key="own"))
    assert accepted.verification.policy == published.policy.digest


def test_a_fake_trust_root_counts_under_no_policy_of_the_operators(service: Service, policy: str) -> None:
    """A tenant may call its own root as the operator calls another; it is not taken for it (T71)."""
    fake = publish_trust(service, service.blobs, AUDITOR, "world", bytes(MALLORY.trusted_root()))
    taken = read_terms(submit(service, AUDITOR, honest(policy)).verification.terms).trust
    assert fake.sha256 not in {file.sha256 for file in taken}
    assert refusal(service, honest(policy, trust=(f"sha256:{fake.sha256}",))) == "trust.not_published"
    own = under(PolicyText(changed(id="https://acme.example/own")))
    mine = read_terms(submit(service, AUDITOR, own).verification.terms).trust
    assert [file.sha256 for file in mine] == [fake.sha256]


def test_trust_that_nobody_has_or_that_nothing_names_is_refused(service: Service, policy: str) -> None:
    own = PolicyText(changed(trust={"roots": ["nobody's"], "max_age": "90d"}))
    assert refusal(service, under(own)) == "trust.name_unknown"
    publish_trust(service, service.blobs, AUDITOR, "mallory", bytes(MALLORY.trusted_root()))
    other = PolicyText(changed(id="https://acme.example/own"))
    assert refusal(service, under(other, trust=("mallory",))) == "trust.not_named"


def test_distrusted_trust_is_not_taken(service: Service, policy: str) -> None:
    with service.database.writing() as connection:
        [root] = trust_files.of_tenant(connection, OPERATOR)
        trust_files.distrust(connection, OPERATOR, root.sha256, service.clock.now())
    assert refusal(service, honest(policy, trust=(f"sha256:{root.sha256}",))) == "trust.distrusted"
    assert refusal(service, honest(policy)) == "trust.not_published"
    publish_trust(service, service.blobs, THE_OPERATOR, "world", bytes(WORLD.trusted_root()), DATED)
    assert refusal(service, honest(policy)) == "trust.not_published"  # the same file stays distrusted


def test_the_record_names_the_trust_by_which_the_tenant_knows_it(service: Service, policy: str) -> None:
    terms = read_terms(submit(service, AUDITOR, honest(policy)).verification.terms)
    assert [(file.name, file.dated) for file in terms.trust] == [("world", "2026-03-02T09:00:00Z")]
