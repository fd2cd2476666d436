"""The catalogue: vendors declare their products and channels, once, by words that release keys are made of.

release key    vendor, product, channel, platform, variant, version: each ``[a-z0-9][a-z0-9._+-]{0,63}``
version        besides, of the form that the product's scheme has
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from attestations.faults import Place
from verifier.versions import is_version

from ...effects.faults import RequestFault
from ...store import catalogue, trail
from ...store.catalogue import Channel, Product, Vendor
from ...store.rows import Page
from .ground import Ground
from .labels import check_label
from .service import Principal

_WORD = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}")

SCHEMES: Mapping[str, Callable[[str], bool]] = {
    "semver": is_version,
    "numbers": lambda text: re.fullmatch(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){0,7}", text) is not None,
    "calendar": lambda text: re.fullmatch(r"[0-9]{4}\.(?:0?[1-9]|1[0-2])(?:\.[0-9]+){0,3}", text) is not None,
    "text": lambda text: True,  # noqa: ARG005  # any word of a release key; nothing is before or after another
}
"""How a product's versions are written."""


def register_vendor(ground: Ground, principal: Principal, vendor: str, name: str) -> Vendor:
    """Register a vendor as the tenant's. Whoever is first has the id: it is a name, and proves nothing.

    Raises:
        RequestFault: ``request.invalid``, ``catalogue.taken``.
    """
    check_word(vendor, "/id")
    made = Vendor(vendor, principal.tenant, check_label(name, "/name"), ground.clock.now())
    with ground.database.writing() as connection:
        if not catalogue.insert_vendor(connection, made):
            raise _taken("vendor", vendor)
        note(connection, ground, principal, "vendor.registered", vendor, {"name": name})
    return made


def declare_product(ground: Ground, principal: Principal, vendor: str, product: str, name: str, scheme: str) -> Product:
    """Declare a product of the tenant's vendor.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``, ``catalogue.taken``.
    """
    check_word(product, "/id")
    if scheme not in SCHEMES:
        raise invalid("no scheme is called that", "/version_scheme", ", ".join(SCHEMES), scheme)
    made = Product(vendor, product, check_label(name, "/name"), scheme, ground.clock.now())
    with ground.database.writing() as connection:
        owned_vendor(connection, principal, vendor)
        if not catalogue.insert_product(connection, made):
            raise _taken("product", product)
        detail = {"name": name, "version_scheme": scheme}
        note(connection, ground, principal, "product.declared", f"{vendor}/{product}", detail)
    return made


def declare_channel(ground: Ground, principal: Principal, vendor: str, product: str, channel: str) -> Channel:
    """Declare a channel of a product of the tenant's vendor.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``, ``catalogue.taken``.
    """
    check_word(channel, "/id")
    made = Channel(vendor, product, channel, ground.clock.now())
    with ground.database.writing() as connection:
        owned_product(connection, principal, vendor, product)
        if not catalogue.insert_channel(connection, made):
            raise _taken("channel", channel)
        note(connection, ground, principal, "channel.declared", f"{vendor}/{product}/{channel}", {})
    return made


def list_vendors(ground: Ground, principal: Principal, cursor: str | None, size: int) -> Page[Vendor]:
    """The tenant's vendors, by id."""
    with ground.database.reading() as connection:
        return catalogue.vendors_of(connection, principal.tenant, cursor, size)


def list_products(ground: Ground, principal: Principal, vendor: str, cursor: str | None, size: int) -> Page[Product]:
    """The products of the tenant's vendor, by id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        owned_vendor(connection, principal, vendor)
        return catalogue.products_of(connection, vendor, cursor, size)


def list_channels(ground: Ground, principal: Principal, vendor: str, product: str) -> tuple[Channel, ...]:
    """The channels of a product of the tenant's vendor, by id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        owned_product(connection, principal, vendor, product)
        return catalogue.channels_of(connection, vendor, product)


def owned_vendor(connection: Connection, principal: Principal, vendor: str) -> Vendor:
    """The tenant's vendor of that id. Raises: RequestFault ``request.not_found``."""
    found = catalogue.vendor(connection, principal.tenant, vendor)
    if found is None:
        raise absent("vendor", vendor)
    return found


def owned_product(connection: Connection, principal: Principal, vendor: str, product: str) -> Product:
    """The product of that id of the tenant's vendor. Raises as `owned_vendor`."""
    owned_vendor(connection, principal, vendor)
    found = catalogue.product(connection, vendor, product)
    if found is None:
        raise absent("product", product)
    return found


def check_word(text: str, pointer: str) -> None:
    """Refuse what is no word of a release key. Raises: RequestFault ``request.invalid``."""
    if _WORD.fullmatch(text) is None:
        raise invalid("not a word of a release key", pointer, _WORD.pattern, ascii(text[:80]))


def invalid(detail: str, pointer: str, expected: str, actual: str) -> RequestFault:
    """That a field of a request is not as it must be."""
    return RequestFault(
        "request.invalid", detail, place=Place("body", pointer), expected=expected, actual=ascii(actual[:80])
    )


def _taken(kind: str, wanted: str) -> RequestFault:
    return RequestFault("catalogue.taken", f"there is a {kind} of this id", actual=wanted)


def absent(kind: str, wanted: str) -> RequestFault:
    """That there is none of this id, or that it is another's."""
    return RequestFault("request.not_found", f"no {kind} of yours has this id", actual=ascii(wanted[:80]))


def note(
    connection: Connection, ground: Ground, principal: Principal, act: str, about: str, detail: Mapping[str, Any]
) -> None:
    """Write what was done into the tenant's trail."""
    trail.append(
        connection,
        principal.tenant,
        actor=principal.actor,
        act=act,
        about=about,
        detail=dict(detail),
        at=ground.clock.now(),
    )
