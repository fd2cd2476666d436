"""Waivers: two named persons, each with a key of their own, over one payload, for hours, of what can be waived."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.effects.faults import RequestFault
from api.store import events, tenants
from api.store.tenants import Tenant
from api.usecases.service.policies import publish_policy
from api.usecases.service.roles import SCOPES
from api.usecases.service.service import Principal, Service
from api.usecases.service.waivers import (
    drop_approver,
    file_waiver,
    find_waiver,
    list_approvers,
    list_waivers,
    name_approver,
)
from attestations.faults import Fault
from fixtures.recipes.scene import NOW, POLICY, policy_file
from tests.backends import Backend
from tests.service.making import THE_OPERATOR, StandingClock, furnish, service_of
from tests.waiving import ANNA, BERT, CARL, HOUR, by_two, signed, waiver

FLEET = Principal("fleet", "token:fleet", ("fleet",), SCOPES)
ID = str(POLICY.value["id"])


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def service(embedded_backend: Backend, clock: StandingClock) -> Service:
    made = service_of(embedded_backend.database, embedded_backend.blobs, clock, None)
    furnish(made)
    with made.database.writing() as connection:
        tenants.insert(connection, Tenant(FLEET.tenant, "Fleet", ("fleet",), {}, NOW))
    return made


@pytest.fixture
def policy(service: Service) -> str:
    """The fleet's own policy, with two who may sign."""
    digest = publish_policy(service, FLEET, policy_file(POLICY).content).policy.digest
    for each in (ANNA, BERT):
        name_approver(service, FLEET, ID, each.name, each.pem)
    return digest


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Fault) as raised:
        act()
    return raised.value.reason


def test_a_waiver_by_two_holds_until_it_lapses(service: Service, clock: StandingClock, policy: str) -> None:
    payload = waiver(policy)
    filed = file_waiver(service, FLEET, policy, (signed(payload, ANNA), signed(payload, BERT)))
    assert filed.document["signers"] == ["Anna", "Bert"]
    assert filed.document["artifacts"] == ["1" * 64]
    assert list_waivers(service, FLEET, None, 10, policy=policy, in_force=True).rows == (
        find_waiver(service, FLEET, filed.id),
    )
    again = file_waiver(service, FLEET, policy, (signed(payload, BERT), signed(payload, ANNA)))
    assert again.id == filed.id
    with service.database.reading() as connection:
        kinds = [event.kind for event in events.page_of(connection, FLEET.tenant, None, 10).rows]
    assert kinds == ["waiver.filed"]
    clock.forward(HOUR)
    assert list_waivers(service, FLEET, None, 10, policy=policy, in_force=True).rows == ()
    assert len(list_waivers(service, FLEET, None, 10, policy=None, in_force=False).rows) == 1


@pytest.mark.parametrize(
    ("reason", "envelopes"),
    {
        "waiver.signers": lambda policy: (signed(waiver(policy), ANNA),),
        "waiver.signer_unknown": lambda policy: (signed(waiver(policy), ANNA), signed(waiver(policy), CARL)),
        "waiver.payloads": lambda policy: (signed(waiver(policy), ANNA), signed(waiver(policy, why="x"), BERT)),
        "waiver.policy": lambda policy: by_two(waiver("0" * 64)),
        "waiver.lapsed": lambda policy: by_two(waiver(policy, NOW - HOUR)),
        "waiver.not_yet": lambda policy: by_two(waiver(policy, NOW + HOUR)),
        "waiver.too_long": lambda policy: by_two(waiver(policy, NOW, 73 * HOUR)),
        "waiver.reason": lambda policy: by_two(waiver(policy, reasons=["signature.invalid"])),
        "waiver.type": lambda policy: (signed(b"{}", ANNA, "text/plain"), signed(b"{}", BERT, "text/plain")),
        "json.unknown_field": lambda policy: by_two(waiver(policy, outcome="PASSED")),
        "json.value": lambda policy: by_two(waiver(policy, why=" ")),
        "digest.value": lambda policy: by_two(waiver("00")),
    }.items(),
)
def test_a_waiver_is_refused(
    service: Service, policy: str, reason: str, envelopes: Callable[[str], tuple[bytes, ...]]
) -> None:
    assert refusal(lambda: file_waiver(service, FLEET, policy, envelopes(policy))) == reason
    assert list_waivers(service, FLEET, None, 10, policy=None, in_force=False).rows == ()


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("waiver.reason", {"reasons": ["no.such_reason"]}),
        ("waiver.reason", {"reasons": ["trust.stale", "registry.equivocation"]}),
        ("json.value", {"reasons": []}),
        ("json.value", {"reasons": ["trust.stale", "trust.stale"]}),
        ("json.value", {"from": "2026-03-14 09:00:00"}),
        ("json.value", {"until": "2026-02-30T00:00:00Z"}),
        ("waiver.too_long", {"until": "2026-03-14T08:00:00Z"}),
    ],
)
def test_a_waiver_says_what_it_must(service: Service, policy: str, reason: str, change: dict[str, Any]) -> None:
    assert refusal(lambda: file_waiver(service, FLEET, policy, by_two(waiver(policy, **change)))) == reason


def test_one_person_who_signs_twice_is_one_person(service: Service, policy: str) -> None:
    payload = waiver(policy)
    twice = (signed(payload, ANNA), signed(payload, ANNA))
    assert refusal(lambda: file_waiver(service, FLEET, policy, twice)) == "waiver.signers"
    both = json.loads(signed(payload, ANNA))["signatures"] + json.loads(signed(payload, BERT))["signatures"]
    one = (signed(payload, ANNA, signatures=both),)
    assert refusal(lambda: file_waiver(service, FLEET, policy, one)) == "waiver.signers"
    assert refusal(lambda: file_waiver(service, FLEET, policy, ())) == "waiver.signers"


def test_nobody_has_two_names_or_anothers(service: Service, policy: str) -> None:
    assert refusal(lambda: name_approver(service, FLEET, ID, "Berta", BERT.pem)) == "waiver.approver"
    assert refusal(lambda: name_approver(service, FLEET, ID, "Bert", CARL.pem)) == "waiver.approver"
    assert refusal(lambda: name_approver(service, FLEET, ID, "Carl", "no key")) == "pem.malformed"
    assert refusal(lambda: name_approver(service, FLEET, "another", "Carl", CARL.pem)) == "request.not_found"
    name_approver(service, FLEET, ID, "Bert", BERT.pem)
    assert [each.name for each in list_approvers(service, FLEET, ID)] == ["Anna", "Bert"]


def test_who_is_dropped_signs_no_more(service: Service, policy: str) -> None:
    drop_approver(service, FLEET, ID, "Bert")
    assert refusal(lambda: file_waiver(service, FLEET, policy, by_two(waiver(policy)))) == "waiver.signer_unknown"
    assert refusal(lambda: drop_approver(service, FLEET, ID, "Bert")) == "request.not_found"


def test_t76_a_tenant_waives_nothing_of_a_policy_that_is_not_its_own(service: Service, policy: str) -> None:
    theirs = publish_policy(service, THE_OPERATOR, policy_file(POLICY.set("/version", 4)).content).policy.digest
    with pytest.raises(RequestFault) as raised:
        file_waiver(service, FLEET, theirs, by_two(waiver(theirs)))
    assert raised.value.reason == "request.not_found"
    assert refusal(lambda: name_approver(service, FLEET, "https://other.example/policy", "Carl", CARL.pem)) == (
        "request.not_found"
    )
    assert list_approvers(service, THE_OPERATOR, ID) == ()
