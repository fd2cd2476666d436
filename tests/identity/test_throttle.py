"""How much a tenant may ask for, and that another's hunger takes nothing from it."""

from __future__ import annotations

import pytest

from api.usecases.service.service import Principal
from api.usecases.service.throttle import Allowance, TenantThrottle, ThrottleFault, check_allowance

from .issuing import refused_for

ACME = Principal("acme", "token:1", ("vendor",), ("read",))
MORE = Principal("more", "token:2", ("vendor",), ("read",), {"requests_per_minute": 5, "pending": 1})
THROTTLE = Allowance(requests_per_minute=3, bytes_per_day=100, pending=2, logins_per_minute=2)


def refused(reason: str) -> pytest.RaisesExc[ThrottleFault]:
    return pytest.RaisesExc(
        ThrottleFault, check=lambda fault: fault.reason == reason and 1 <= fault.retry_after <= 86_400
    )


def test_a_tenant_has_its_requests_a_minute_and_another_has_its_own() -> None:
    throttle = TenantThrottle(THROTTLE)
    for _ in range(3):
        throttle.request(ACME)
    with refused("throttle.requests"):
        throttle.request(ACME)
    for _ in range(5):
        throttle.request(MORE)
    with refused("throttle.requests"):
        throttle.request(MORE)


def test_bytes_are_counted_by_the_day() -> None:
    throttle = TenantThrottle(THROTTLE)
    throttle.received(ACME, 60)
    throttle.received(ACME, 40)
    with refused("throttle.bytes"):
        throttle.received(ACME, 1)


def test_verifications_that_are_not_done_bound_those_that_are_accepted() -> None:
    throttle = TenantThrottle(THROTTLE)
    throttle.accept(ACME, 1)
    with refused("throttle.pending"):
        throttle.accept(ACME, 2)
    with refused("throttle.pending"):
        throttle.accept(MORE, 1)


def test_strangers_are_counted_by_their_address() -> None:
    throttle = TenantThrottle(THROTTLE)
    for _ in range(2):
        throttle.stranger("192.0.2.1")
    with refused("throttle.requests"):
        throttle.stranger("192.0.2.1")
    throttle.stranger("192.0.2.2")


@pytest.mark.parametrize("own", [{"requests": 1}, {"pending": -1}, {"logins_per_minute": 1}])
def test_a_tenant_has_no_other_limits(own: dict[str, int]) -> None:
    with refused_for("throttle.unknown"):
        check_allowance(own)


def test_the_operator_is_not_one_of_those_who_share() -> None:
    throttle, operator = TenantThrottle(THROTTLE), Principal("operator", "token:3", ("operator",), ("read",))
    for _ in range(10):
        throttle.request(operator)
    throttle.received(operator, 10**6)
    throttle.accept(operator, 10**6)
