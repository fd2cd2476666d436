"""Tenants, as the operator opens, bounds and closes them at the machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from api.effects.faults import AccessFault
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.tenants import (
    TenantWanted,
    close_tenant,
    find_tenant,
    limit_tenant,
    list_tenants,
    open_tenant,
)
from api.usecases.service.tokens import TokenWanted, make_token

from .issuing import refused_for
from .places import Place, place


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    made = place(tmp_path)
    yield made
    made.service.database.close()


def refused(here: Place, wanted: TenantWanted) -> str:
    before = list_tenants(here.service)
    with pytest.raises(AccessFault) as refusal:
        open_tenant(here.service, AT_THE_MACHINE, wanted)
    assert list_tenants(here.service) == before
    return refusal.value.reason


@pytest.mark.parametrize("id_", ["", "-acme", "Acme", "acme/x", "a" * 41, "acme\n", "ácme", "operator "])
def test_an_id_is_one_of_few_spellings(here: Place, id_: str) -> None:
    assert refused(here, TenantWanted(id_, "Acme", ("vendor",))) == "tenant.name"


@pytest.mark.parametrize("taken", ["acme", "operator"])
def test_an_id_is_given_once_also_after_its_tenant_is_closed(here: Place, taken: str) -> None:
    assert refused(here, TenantWanted(taken, "Another", ("vendor",))) == "tenant.exists"
    close_tenant(here.service, AT_THE_MACHINE, "rival")
    assert refused(here, TenantWanted("rival", "Another", ("vendor",))) == "tenant.exists"


@pytest.mark.parametrize(
    ("roles", "limits", "reason"),
    [
        (("operator",), {}, "token.exceeds"),
        (("vendor", "operator"), {}, "token.exceeds"),
        ((), {}, "token.exceeds"),
        (("god",), {}, "token.role_unknown"),
        (("vendor",), {"requests": 1}, "throttle.unknown"),
    ],
)
def test_nobody_is_opened_with_what_there_is_not(
    here: Place, roles: tuple[str, ...], limits: Mapping[str, int], reason: str
) -> None:
    assert refused(here, TenantWanted("new", "New", roles, limits)) == reason


def test_whoever_is_not_there_is_said_not_to_be(here: Place) -> None:
    for ask in (
        lambda: find_tenant(here.service, "nobody"),
        lambda: limit_tenant(here.service, AT_THE_MACHINE, "nobody", {}),
        lambda: close_tenant(here.service, AT_THE_MACHINE, "nobody"),
        lambda: make_token(here.service, AT_THE_MACHINE, TokenWanted("theirs"), "nobody"),
    ):
        with refused_for("tenant.not_found"):
            ask()


def test_a_closed_tenant_gets_no_token_and_the_operator_is_not_closed(here: Place) -> None:
    close_tenant(here.service, AT_THE_MACHINE, "acme")
    with refused_for("tenant.closed"):
        here.make("acme")
    with refused_for("token.exceeds"):
        close_tenant(here.service, AT_THE_MACHINE, "operator")


def test_limits_of_its_own_hold_from_the_next_request_on(here: Place) -> None:
    secret = here.make("acme").secret
    assert here.ask("GET", "/v1/me", secret).status_code == 200
    limit_tenant(here.service, AT_THE_MACHINE, "acme", {"requests_per_minute": 0})
    assert here.ask("GET", "/v1/me", secret).status_code == 429
    assert find_tenant(here.service, "acme").limits == {"requests_per_minute": 0}


def test_the_operators_trail_tells_of_every_tenant(here: Place) -> None:
    limit_tenant(here.service, AT_THE_MACHINE, "acme", {"pending": 5})
    close_tenant(here.service, AT_THE_MACHINE, "acme")
    close_tenant(here.service, AT_THE_MACHINE, "acme")
    opened = ["tenant.opened", "token.made", "tenant.opened", "tenant.opened"]
    assert here.acts("operator") == [*opened, "tenant.limited", "tenant.closed"]
