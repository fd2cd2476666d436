"""Something that verdicts rest on changes: each that does is given anew, once, wherever the work is cut off."""

from __future__ import annotations

import datetime
import hashlib
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.effects.faults import RequestFault
from api.store import events, tenants, trail, verdicts, verifications
from api.store.dependants import dependants, under_way
from api.store.faults import StoreFault
from api.store.tenants import Tenant
from api.store.verdicts import Filters, VerdictRow
from api.usecases.service import supersede
from api.usecases.service.outreach import spread_events
from api.usecases.service.policies import publish_policy
from api.usecases.service.releases import add_evidence, declare_release
from api.usecases.service.roles import SCOPES
from api.usecases.service.service import Principal, Service
from api.usecases.service.statements import Subject, withdraw
from api.usecases.service.submit import PolicyById, Submission, submit
from api.usecases.service.supersede import SETTLING, cause_of, renew
from api.usecases.service.trust_files import distrust, publish_trust
from fixtures.recipes.scene import (
    DATED,
    HONEST_FILE,
    MALLORY,
    POLICY,
    RELEASE,
    SIGNED_POLICY,
    TRUST_FILE,
    policy_file,
)
from tests.backends import Backend
from tests.service.judging import JudgeHere
from tests.service.making import AUDITOR, THE_OPERATOR, StandingClock, furnish, honest, service_of, work_off
from tests.service.test_catalogue import KEY, declare

OTHER = Principal("other-audit", "token:other", ("auditor",), SCOPES)
ROOT = Path(__file__).parents[2]
TRUST = hashlib.sha256(TRUST_FILE.content).hexdigest()
EVIDENCE = hashlib.sha256(HONEST_FILE.content).hexdigest()
NEXT_POLICY = policy_file(SIGNED_POLICY.set("/version", 4)).content


class Cut(BaseException):
    """The process died."""


class Cutting:
    """Dies at the boundary of that name, the given time that it comes."""

    def __init__(self, boundary: str, time: int) -> None:
        self._boundary, self._left = boundary, time

    def at(self, boundary: str) -> None:
        self._left -= boundary == self._boundary
        if boundary == self._boundary and self._left == 0:
            raise Cut(boundary)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def service(backend: Backend, clock: StandingClock) -> Service:
    return service_of(backend.database, backend.blobs, clock, JudgeHere())


@pytest.fixture
def policy(service: Service) -> str:
    digest = furnish(service)
    with service.database.writing() as connection:
        tenants.insert(connection, Tenant(OTHER.tenant, "Other", ("auditor",), {}, service.clock.now()))
    return digest


def ask(service: Service, policy: str, principal: Principal = AUDITOR, **changes: Any) -> str:
    """Have the honest release verified, and give the verdict's id."""
    verification = submit(service, principal, honest(policy, **changes)).verification
    work_off(service)
    with service.database.reading() as connection:
        verdict = verdicts.by_verification(connection, principal.tenant, verification.id)
    assert verdict is not None
    return verdict.id


def finish(service: Service, clock: StandingClock) -> None:
    """Spread what waits and judge what comes of it, until nothing is left."""
    clock.forward(SETTLING)
    for _ in range(5):
        spread_events(service)
        work_off(service)
    with service.database.reading() as connection:
        assert events.waiting(connection, 0, 10) == ()


def chain(service: Service, principal: Principal = AUDITOR) -> list[VerdictRow]:
    """Every verdict of the tenant's, oldest first."""
    with service.database.reading() as connection:
        found = verdicts.page_of(connection, principal.tenant, Filters(), None, 200)
    return list(reversed(found.rows))


def kinds(service: Service, principal: Principal = AUDITOR) -> list[str]:
    with service.database.reading() as connection:
        return [event.kind for event in reversed(events.page_of(connection, principal.tenant, None, 200).rows)]


def test_a_policy_that_is_replaced_has_its_verdicts_given_anew(
    service: Service, clock: StandingClock, policy: str
) -> None:
    first = ask(service, policy)
    later = publish_policy(service, THE_OPERATOR, NEXT_POLICY).policy
    finish(service, clock)
    before, after = chain(service)
    assert (before.id, before.policy, before.outcome) == (first, policy, "PASSED")
    assert (after.supersedes, after.policy, after.outcome) == (first, later.digest, "PASSED")
    assert before.report != after.report
    assert kinds(service) == ["verdict.issued", "verdict.issued", "verdict.superseded"]
    with service.database.reading() as connection:
        renewed = verifications.by_id(connection, AUDITOR.tenant, after.verification)
        acts = [entry.document["act"] for entry in trail.page_of(connection, AUDITOR.tenant, None, 100)]
    assert renewed is not None
    assert (renewed.previous, renewed.why.partition(":")[0]) == (first, "policy.replaced")
    assert "verification.renewed" in acts


def test_verdicts_under_a_policy_are_given_anew_on_request(service: Service, clock: StandingClock, policy: str) -> None:
    first = ask(service, policy)
    renew(service, THE_OPERATOR, policy)
    clock.forward(datetime.timedelta(seconds=1))
    ask(service, policy, key="later")
    finish(service, clock)
    assert [verdict.supersedes for verdict in chain(service)] == [None, None, first]
    with pytest.raises(RequestFault) as raised:
        renew(service, AUDITOR, policy)
    assert raised.value.reason == "request.not_found"


def test_a_root_that_is_distrusted_supports_nothing_any_more(
    service: Service, clock: StandingClock, policy: str
) -> None:
    first = ask(service, policy)
    distrust(service, THE_OPERATOR, TRUST)
    finish(service, clock)
    before, after = chain(service)
    assert (before.id, before.outcome, after.supersedes) == (first, "PASSED", first)
    assert after.outcome == "ERROR"


def test_a_root_of_another_takes_the_place_of_one_that_is_distrusted(
    service: Service, clock: StandingClock, policy: str
) -> None:
    ask(service, policy)
    content = bytes(MALLORY.trusted_root())
    publish_trust(service, service.blobs, THE_OPERATOR, "world", content, DATED)
    distrust(service, THE_OPERATOR, TRUST)
    finish(service, clock)
    after = chain(service)[-1]
    with service.database.reading() as connection:
        renewed = verifications.by_id(connection, AUDITOR.tenant, after.verification)
    assert renewed is not None
    assert [file["sha256"] for file in renewed.terms["trust"]] == [hashlib.sha256(content).hexdigest()]
    assert after.outcome == "FAILED"


def test_evidence_that_is_withdrawn_is_left_out(service: Service, clock: StandingClock, policy: str) -> None:
    ask(service, policy)
    withdraw(service, AUDITOR, Subject("evidence", EVIDENCE), "signed by mistake")
    finish(service, clock)
    assert [verdict.outcome for verdict in chain(service)] == ["PASSED", "INCOMPLETE"]


def test_evidence_of_ones_own_is_withdrawn_from_nobody_else(
    service: Service, clock: StandingClock, policy: str
) -> None:
    ask(service, policy)
    ask(service, policy, OTHER)
    withdraw(service, AUDITOR, Subject("evidence", EVIDENCE), "signed by mistake")
    finish(service, clock)
    assert [verdict.outcome for verdict in chain(service, OTHER)] == ["PASSED"]
    assert len(chain(service)) == 2


def test_evidence_that_is_added_to_a_release_is_taken_in(service: Service, clock: StandingClock, policy: str) -> None:
    lonely = submit(service, AUDITOR, honest(policy, evidence=())).verification
    work_off(service)
    ask(service, policy, OTHER)
    submit(service, AUDITOR, honest(policy, artifact="0" * 64))
    work_off(service)
    declare(service, AUDITOR)
    release = declare_release(service, AUDITOR, KEY, artifacts=(RELEASE.sha256,), evidence=()).release
    add_evidence(service, AUDITOR, release.id, ((HONEST_FILE.name, EVIDENCE),))
    finish(service, clock)
    about = [verdict for verdict in chain(service) if verdict.artifact == RELEASE.sha256]
    assert [verdict.outcome for verdict in about] == ["INCOMPLETE", "PASSED"]
    assert about[0].verification == lonely.id
    assert len(chain(service)) == 3
    assert len(chain(service, OTHER)) == 1


@pytest.mark.parametrize("boundary", ["supersede.found", "supersede.written", "supersede.accepted"])
@pytest.mark.parametrize("time", [1, 2, 3])
def test_cut_off_anywhere_each_dependant_has_one_successor(
    backend: Backend,
    clock: StandingClock,
    service: Service,
    policy: str,
    boundary: str,
    time: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supersede, "BATCH", 2)
    asked = [ask(service, policy, principal, key=f"{n}") for principal in (AUDITOR, OTHER) for n in range(3)]
    publish_policy(service, THE_OPERATOR, NEXT_POLICY)
    dying = service_of(backend.database, backend.blobs, clock, JudgeHere(), faults=Cutting(boundary, time))
    with pytest.raises(Cut):
        spread_events(dying)
    spread_events(dying)  # another takes it up; the first may have left some accepted
    finish(service, clock)
    superseded = [verdict.supersedes for principal in (AUDITOR, OTHER) for verdict in chain(service, principal)]
    assert sorted(filter(None, superseded)) == sorted(asked)
    assert superseded.count(None) == len(asked)


def test_two_causes_at_once_leave_one_line_of_verdicts(service: Service, clock: StandingClock, policy: str) -> None:
    ask(service, policy)
    publish_policy(service, THE_OPERATOR, NEXT_POLICY)
    spread_events(service)  # the successor is accepted, with the root in its terms, and not judged
    distrust(service, THE_OPERATOR, TRUST)
    finish(service, clock)
    first, second, third = chain(service)
    assert [second.supersedes, third.supersedes] == [first.id, second.id]
    assert [each.outcome for each in (first, second, third)] == ["PASSED", "PASSED", "ERROR"]


def test_what_was_being_accepted_when_the_cause_came_is_found(
    service: Service, clock: StandingClock, policy: str
) -> None:
    slow = submit(service, AUDITOR, honest(policy)).verification
    distrust(service, THE_OPERATOR, TRUST)
    clock.forward(SETTLING)
    spread_events(service)
    with service.database.reading() as connection:
        (cause,) = filter(None, map(cause_of, events.waiting(connection, 0, 10)))
        assert (dependants(connection, cause, 0, 10), under_way(connection, cause)) == ((), 1)
    finish(service, clock)
    first, second = chain(service)
    assert (first.verification, second.supersedes) == (slow.id, first.id)


def test_a_cause_stays_in_view_until_requests_of_its_time_are_written(
    service: Service, clock: StandingClock, policy: str
) -> None:
    distrust(service, THE_OPERATOR, TRUST)
    spread_events(service)
    with service.database.reading() as connection:
        assert [event.kind for event in events.waiting(connection, 0, 10)] == ["trust.distrusted"]
    clock.forward(SETTLING - datetime.timedelta(seconds=1))
    spread_events(service)
    with service.database.reading() as connection:
        assert len(events.waiting(connection, 0, 10)) == 1
    clock.forward(datetime.timedelta(seconds=1))
    spread_events(service)
    with service.database.reading() as connection:
        assert events.waiting(connection, 0, 10) == ()


def test_a_file_that_a_tenant_keeps_itself_is_verified_again_once(
    service: Service, clock: StandingClock, policy: str
) -> None:
    """The operator distrusts what a tenant goes on to trust, under a policy of its own."""
    publish_trust(service, service.blobs, AUDITOR, "world", TRUST_FILE.content, DATED)
    publish_policy(service, AUDITOR, policy_file(POLICY.set("/id", "https://acme.example/own")).content)
    own = msgspec.structs.replace(honest(policy), policy=PolicyById("https://acme.example/own"))
    assert isinstance(own, Submission)
    submit(service, AUDITOR, own)
    work_off(service)
    distrust(service, THE_OPERATOR, TRUST)
    finish(service, clock)
    finish(service, clock)
    assert [verdict.outcome for verdict in chain(service)] == ["PASSED", "PASSED"]


def test_a_tenants_distrust_is_its_own(service: Service, clock: StandingClock, policy: str) -> None:
    publish_trust(service, service.blobs, AUDITOR, "own", TRUST_FILE.content, DATED)
    ask(service, policy, OTHER)
    distrust(service, AUDITOR, TRUST)
    finish(service, clock)
    assert len(chain(service, OTHER)) == 1


def test_events_that_give_no_cause_give_none() -> None:
    event = events.Event(id="e", tenant="t", kind="verdict.issued", document={}, created=DATED)
    assert cause_of(event) is None


def test_one_dependant_that_is_stuck_holds_up_no_other(
    service: Service, clock: StandingClock, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, *others = [ask(service, policy, key=f"{number}") for number in range(3)]
    theirs = ask(service, policy, OTHER)
    renewed = supersede._renewed

    def broken(*arguments: Any) -> Any:
        if arguments[-1].verdict == stuck:
            raise StoreFault("blob.missing", "a key file is gone")
        return renewed(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(supersede, "_renewed", broken)
        publish_policy(service, THE_OPERATOR, NEXT_POLICY)
        withdraw(service, OTHER, Subject("evidence", EVIDENCE), "signed by mistake")
        with pytest.raises(StoreFault, match="a key file is gone"):
            spread_events(service)
        work_off(service)
    assert {verdict.supersedes for verdict in chain(service)} == {None, *others}
    assert theirs in {verdict.supersedes for verdict in chain(service, OTHER)}
    finish(service, clock)
    assert {verdict.supersedes for verdict in chain(service)} == {None, stuck, *others}


def test_killed_three_times_in_the_middle_each_dependant_has_one_successor(
    backend: Backend, service: Service, clock: StandingClock, policy: str
) -> None:
    """Real processes, really killed: within a transaction, after one, and between two."""
    asked = [ask(service, policy, key=f"{number}") for number in range(5)]
    publish_policy(service, THE_OPERATOR, NEXT_POLICY)
    for boundary, time in (("supersede.written", 2), ("supersede.accepted", 1), ("supersede.found", 2)):
        command = [sys.executable, "-m", "tests.service.renewing", backend.database_url, backend.blobs_url]
        ended = subprocess.run([*command, boundary, str(time)], check=False, capture_output=True, cwd=ROOT)
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    finish(service, clock)
    superseded = [verdict.supersedes for verdict in chain(service)]
    assert sorted(filter(None, superseded)) == sorted(asked)
    assert superseded.count(None) == len(asked)
    with service.database.reading() as connection:
        entries = trail.page_of(connection, AUDITOR.tenant, None, 1000)
        trail.verify_chain(AUDITOR.tenant, entries)
    assert sum(entry.document["act"] == "verification.renewed" for entry in entries) == len(asked)


def test_workers_that_do_it_at_once_do_it_once(
    backend: Backend, service: Service, clock: StandingClock, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supersede, "BATCH", 3)
    asked = [ask(service, policy, principal, key=f"{n}") for principal in (AUDITOR, OTHER) for n in range(5)]
    publish_policy(service, THE_OPERATOR, NEXT_POLICY)
    clock.forward(SETTLING)
    begin = threading.Barrier(3)

    def work() -> None:
        begin.wait()
        for _ in range(3):
            spread_events(service)
            work_off(service)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            done.result()
    finish(service, clock)
    superseded = [verdict.supersedes for principal in (AUDITOR, OTHER) for verdict in chain(service, principal)]
    assert sorted(filter(None, superseded)) == sorted(asked)
    assert superseded.count(None) == len(asked)
