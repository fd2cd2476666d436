"""Vendors, products, channels and releases over the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...store.catalogue import Channel, Product, Release, Vendor
from ...usecases.service.catalogue import SCHEMES
from ...usecases.service.releases import MOST_ARTIFACTS, MOST_EVIDENCE, ReleaseKey
from .common import Form, Label, Sha256, Time, View, example, shown_time

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}$", examples=["stable"])]

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_CREATED = "2026-03-02T11:04:00Z"
_VENDOR = {"id": "acme", "name": "Acme GmbH"}
_PRODUCT = {"id": "endpoint", "name": "Acme Endpoint", "version_scheme": "semver"}
_KEY = {
    "vendor": "acme",
    "product": "endpoint",
    "channel": "stable",
    "platform": "windows",
    "variant": "x64",
    "version": "7.1.0",
}


class VendorForm(Form):
    """A vendor to be registered."""

    model_config = example(**_VENDOR)

    id: Word
    name: Label


class VendorView(View):
    """A vendor. That somebody registered it proves nothing of who they are."""

    model_config = example(**_VENDOR, created=_CREATED)

    id: str
    name: str
    created: Time


class VendorPage(View):
    """Vendors by id; `next` is the cursor of the page after."""

    model_config = example(items=[], next="acme")

    items: list[VendorView]
    next: str | None = None


class ProductForm(Form):
    """A product to be declared."""

    model_config = example(**_PRODUCT)

    id: Word
    name: Label
    version_scheme: Annotated[str, Field(max_length=16, description=f"one of {', '.join(SCHEMES)}")] = "semver"


class ProductView(View):
    """A product."""

    model_config = example(vendor="acme", **_PRODUCT, created=_CREATED)

    vendor: str
    id: str
    name: str
    version_scheme: str
    created: Time


class ProductPage(View):
    """Products by id; `next` is the cursor of the page after."""

    model_config = example(items=[], next="endpoint")

    items: list[ProductView]
    next: str | None = None


class ChannelForm(Form):
    """A channel to be declared."""

    model_config = example(id="stable")

    id: Word


class ChannelView(View):
    """A channel of a product."""

    model_config = example(vendor="acme", product="endpoint", id="stable", created=_CREATED)

    vendor: str
    product: str
    id: str
    created: Time


class ChannelList(View):
    """Channels by id."""

    model_config = example(items=[])

    items: list[ChannelView]


class ReleaseForm(Form):
    """A release to be declared: its key, its artifacts, and evidence that was handed in."""

    model_config = example(**_KEY, artifacts=[_DIGEST], evidence=[])

    vendor: Word
    product: Word
    channel: Word
    platform: Word
    variant: Word
    version: Word
    artifacts: Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=MOST_ARTIFACTS)]
    evidence: Annotated[tuple[Sha256, ...], Field(max_length=MOST_EVIDENCE)] = ()

    @property
    def key(self) -> ReleaseKey:
        """What it is called."""
        return ReleaseKey(self.vendor, self.product, self.channel, self.platform, self.variant, self.version)


class ReleaseView(View):
    """A release."""

    model_config = example(
        id="release-9c9064c59f1ffa2e174ee754d2979be8", **_KEY, artifacts=[_DIGEST], evidence=[], created=_CREATED
    )

    id: str
    vendor: str
    product: str
    channel: str
    platform: str
    variant: str
    version: str
    artifacts: tuple[Sha256, ...]
    evidence: tuple[Sha256, ...]
    created: Time


class ReleasePage(View):
    """Releases, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[], next="41")

    items: list[ReleaseView]
    next: str | None = None


class AddedFile(Form):
    """Evidence that was handed in, under the name that verifications call it."""

    model_config = example(name="endpoint.sigstore.json", sha256=_DIGEST)

    name: Label
    sha256: Sha256


class EvidenceToAdd(Form):
    """Evidence to be added to a release."""

    model_config = example(evidence=[{"name": "endpoint.sigstore.json", "sha256": _DIGEST}])

    evidence: Annotated[tuple[AddedFile, ...], Field(min_length=1, max_length=MOST_EVIDENCE)]


def vendor_view(vendor: Vendor) -> VendorView:
    """A vendor as it is shown."""
    return VendorView(id=vendor.id, name=vendor.name, created=shown_time(vendor.created))


def product_view(product: Product) -> ProductView:
    """A product as it is shown."""
    return ProductView(
        vendor=product.vendor,
        id=product.id,
        name=product.name,
        version_scheme=product.version_scheme,
        created=shown_time(product.created),
    )


def channel_view(channel: Channel) -> ChannelView:
    """A channel as it is shown."""
    created = shown_time(channel.created)
    return ChannelView(vendor=channel.vendor, product=channel.product, id=channel.id, created=created)


def release_view(release: Release) -> ReleaseView:
    """A release as it is shown."""
    return ReleaseView(
        id=release.id,
        vendor=release.vendor,
        product=release.product,
        channel=release.channel,
        platform=release.platform,
        variant=release.variant,
        version=release.version,
        artifacts=release.artifacts,
        evidence=release.evidence,
        created=shown_time(release.created),
    )
