"""What vendors declare: words, owners, versions by scheme, and a release that stays what it was."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from api.effects.faults import RequestFault
from api.store import tenants
from api.store.tenants import Tenant
from api.usecases.service.catalogue import (
    declare_channel,
    declare_product,
    list_channels,
    list_products,
    list_vendors,
    register_vendor,
)
from api.usecases.service.ground import Ground, Standing
from api.usecases.service.releases import ReleaseKey, declare_release, find_release, list_releases
from api.usecases.service.roles import SCOPES
from api.usecases.service.service import Principal
from tests.backends import Backend
from tests.service.making import StandingClock

ACME = Principal("acme", "token:acme", ("vendor",), SCOPES)
RIVAL = Principal("rival", "token:rival", ("vendor",), SCOPES)
KEY = ReleaseKey("acme", "endpoint", "stable", "windows", "x64", "7.1.0")
ONE, TWO = "1" * 64, "2" * 64


def declare(ground: Ground, principal: Principal, scheme: str = "semver") -> None:
    """A vendor with a product and a channel, of that tenant."""
    register_vendor(ground, principal, "acme", "Acme GmbH")
    declare_product(ground, principal, "acme", "endpoint", "Acme Endpoint", scheme)
    declare_channel(ground, principal, "acme", "endpoint", "stable")


@pytest.fixture
def ground(backend: Backend) -> Ground:
    clock = StandingClock()
    with backend.database.writing() as connection:
        for principal in (ACME, RIVAL):
            tenants.insert(connection, Tenant(principal.tenant, principal.tenant, principal.roles, {}, clock.now()))
    return Standing(backend.database, clock)


def refusal(act: Callable[[], object]) -> RequestFault:
    with pytest.raises(RequestFault) as raised:
        act()
    return raised.value


def test_a_release_is_declared_once_and_says_what_it_said(ground: Ground) -> None:
    declare(ground, ACME)
    first = declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=())
    again = declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=())
    assert (first.created, again.created, again.release) == (
        True,
        False,
        first.release.__class__(**{**msgspec.structs.asdict(first.release), "serial": again.release.serial}),
    )
    fault = refusal(lambda: declare_release(ground, ACME, KEY, artifacts=(TWO,), evidence=()))
    assert (fault.reason, fault.expected, fault.actual) == ("release.exists", ONE, TWO)
    assert find_release(ground, ACME, first.release.id).artifacts == (ONE,)


def test_another_tenants_catalogue_is_not_there(ground: Ground) -> None:
    declare(ground, ACME)
    release = declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=()).release
    for act in (
        lambda: find_release(ground, RIVAL, release.id),
        lambda: list_products(ground, RIVAL, "acme", None, 10),
        lambda: list_channels(ground, RIVAL, "acme", "endpoint"),
        lambda: declare_product(ground, RIVAL, "acme", "other", "Other", "semver"),
        lambda: declare_channel(ground, RIVAL, "acme", "endpoint", "beta"),
        lambda: declare_release(ground, RIVAL, KEY, artifacts=(TWO,), evidence=()),
    ):
        assert refusal(act).reason == "request.not_found"
    assert list_vendors(ground, RIVAL, None, 10).rows == ()
    assert list_releases(ground, RIVAL, None, 10).rows == ()
    assert refusal(lambda: register_vendor(ground, RIVAL, "acme", "Not Acme")).reason == "catalogue.taken"


def test_what_is_declared_stays(ground: Ground) -> None:
    declare(ground, ACME)
    for act in (
        lambda: register_vendor(ground, ACME, "acme", "Another name"),
        lambda: declare_product(ground, ACME, "acme", "endpoint", "Another name", "text"),
        lambda: declare_channel(ground, ACME, "acme", "endpoint", "stable"),
    ):
        assert refusal(act).reason == "catalogue.taken"
    assert [product.name for product in list_products(ground, ACME, "acme", None, 10).rows] == ["Acme Endpoint"]
    assert [channel.id for channel in list_channels(ground, ACME, "acme", "endpoint")] == ["stable"]


@pytest.mark.parametrize("field", ReleaseKey.__struct_fields__)
@pytest.mark.parametrize("word", ["", "-x", "X", "a b", "a/b", "../a", "ä", "a\n", "a" * 65])
def test_a_field_of_a_release_key_is_a_word(ground: Ground, field: str, word: str) -> None:
    declare(ground, ACME)
    key = msgspec.structs.replace(KEY, **{field: word})
    fault = refusal(lambda: declare_release(ground, ACME, key, artifacts=(ONE,), evidence=()))
    assert (fault.reason, fault.place.pointer) == ("request.invalid", f"/{field}")


@pytest.mark.parametrize(
    ("scheme", "good", "bad"),
    [
        ("semver", "7.1.0-rc.1", "7.1.0.0"),
        ("numbers", "7.1.0.22631", "7.01"),
        ("calendar", "2026.03.1", "26.3"),
        ("text", "one-of-many", None),
    ],
)
def test_a_version_is_of_the_products_scheme(ground: Ground, scheme: str, good: str, bad: str | None) -> None:
    declare(ground, ACME, scheme)
    key = msgspec.structs.replace(KEY, version=good)
    assert declare_release(ground, ACME, key, artifacts=(ONE,), evidence=()).created
    if bad is not None:
        key = msgspec.structs.replace(KEY, version=bad)
        fault = refusal(lambda: declare_release(ground, ACME, key, artifacts=(ONE,), evidence=()))
        assert (fault.reason, fault.place.pointer) == ("request.invalid", "/version")


@pytest.mark.parametrize("artifacts", [(), (ONE, ONE), ("1" * 63,), ("A" * 64,)])
def test_a_release_has_artifacts(ground: Ground, artifacts: tuple[str, ...]) -> None:
    declare(ground, ACME)
    assert refusal(lambda: declare_release(ground, ACME, KEY, artifacts=artifacts, evidence=())).reason == (
        "request.invalid"
    )


def test_a_release_names_evidence_that_is_here(ground: Ground) -> None:
    declare(ground, ACME)
    assert refusal(lambda: declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=(TWO,))).reason == (
        "evidence.unknown"
    )
    assert list_releases(ground, ACME, None, 10, product="endpoint").rows == ()
