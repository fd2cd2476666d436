"""The catalogue: vendors, their products and channels, and releases. Declared once, and never changed.

A vendor's id is whoever's registered it first: it is a name for people, and nothing is decided by it.
"""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.engine import Connection

from .rows import Page, every, first, page, put
from .schema import channels, products, releases, vendors


class Vendor(Struct, frozen=True):
    """A vendor, of the tenant that registered it."""

    id: str
    tenant: str
    name: str
    created: datetime.datetime


class Product(Struct, frozen=True):
    """A product; `version_scheme` says how its versions are written and compared."""

    vendor: str
    id: str
    name: str
    version_scheme: str
    created: datetime.datetime


class Channel(Struct, frozen=True):
    """A channel of a product."""

    vendor: str
    product: str
    id: str
    created: datetime.datetime


class Release(Struct, frozen=True, kw_only=True):
    """A release: its key, field by field, and the SHA-256 of its artifacts and evidence."""

    id: str
    tenant: str
    vendor: str
    product: str
    channel: str
    platform: str
    variant: str
    version: str
    artifacts: tuple[str, ...]
    evidence: tuple[str, ...]
    created: datetime.datetime
    serial: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """Vendor, product, channel, platform, variant, version."""
        return (self.vendor, self.product, self.channel, self.platform, self.variant, self.version)


_KEY = ("vendor", "product", "channel", "platform", "variant", "version")


def insert_vendor(connection: Connection, vendor: Vendor) -> bool:
    """Register a vendor; False where the id is taken, by whomever."""
    return put(connection, vendors, structs.asdict(vendor))


def vendor(connection: Connection, tenant: str, vendor_id: str) -> Vendor | None:
    """The tenant's vendor of that id."""
    return first(connection, Vendor, select(vendors).where(vendors.c.tenant == tenant, vendors.c.id == vendor_id))


def vendors_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[Vendor]:
    """The tenant's vendors, by id."""
    mine = select(vendors).where(vendors.c.tenant == tenant)
    return page(connection, Vendor, mine, vendors.c.id, cursor, size)


def insert_product(connection: Connection, product: Product) -> bool:
    """Declare a product; False where the vendor has one of that id."""
    return put(connection, products, structs.asdict(product))


def product(connection: Connection, vendor_id: str, product_id: str) -> Product | None:
    """The vendor's product of that id. Whose the vendor is, the caller has asked."""
    mine = select(products).where(products.c.vendor == vendor_id, products.c.id == product_id)
    return first(connection, Product, mine)


def products_of(connection: Connection, vendor_id: str, cursor: str | None, size: int) -> Page[Product]:
    """The vendor's products, by id."""
    return page(
        connection, Product, select(products).where(products.c.vendor == vendor_id), products.c.id, cursor, size
    )


def insert_channel(connection: Connection, channel: Channel) -> bool:
    """Declare a channel; False where the product has one of that id."""
    return put(connection, channels, structs.asdict(channel))


def channels_of(connection: Connection, vendor_id: str, product_id: str) -> tuple[Channel, ...]:
    """The product's channels, by id."""
    mine = select(channels).where(channels.c.vendor == vendor_id, channels.c.product == product_id)
    return every(connection, Channel, mine.order_by(channels.c.id))


def insert_release(connection: Connection, release: Release) -> bool:
    """Declare a release; False where its key, or its id, is taken."""
    row = structs.asdict(release)
    del row["serial"]
    return put(connection, releases, row)


def release(connection: Connection, tenant: str, release_id: str) -> Release | None:
    """The tenant's release of that id."""
    mine = select(releases).where(releases.c.tenant == tenant, releases.c.id == release_id)
    return first(connection, Release, mine)


def release_by_key(connection: Connection, key: tuple[str, ...]) -> Release | None:
    """The release under that key: vendor, product, channel, platform, variant, version."""
    mine = select(releases).where(*(releases.c[name] == value for name, value in zip(_KEY, key, strict=True)))
    return first(connection, Release, mine)


def releases_of(
    connection: Connection, tenant: str, cursor: str | None, size: int, **wanted: str | None
) -> Page[Release]:
    """The tenant's releases with those fields of the key, newest first."""
    mine = select(releases).where(releases.c.tenant == tenant)
    for name in _KEY:
        if (value := wanted.get(name)) is not None:
            mine = mine.where(releases.c[name] == value)
    return page(connection, Release, mine, releases.c.serial, cursor, size, newest_first=True)


def add_evidence(connection: Connection, tenant: str, release_id: str, sha256s: tuple[str, ...]) -> Release | None:
    """The tenant's release with more evidence: what it had, in order, and what is new. Nothing else of it changes."""
    mine = select(releases).where(releases.c.tenant == tenant, releases.c.id == release_id).with_for_update()
    declared = first(connection, Release, mine)
    if declared is None:
        return None
    evidence = tuple(dict.fromkeys((*declared.evidence, *sha256s)))
    connection.execute(releases.update().where(releases.c.id == release_id).values(evidence=list(evidence)))
    return structs.replace(declared, evidence=evidence)
