"""``/v1/vendors``, with their products and channels: the words that keys of releases are made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service import catalogue
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..paging import DEFAULT_SIZE, Size, Word, WordCursor
from ..wire.catalogue import (
    ChannelForm,
    ChannelList,
    ChannelView,
    ProductForm,
    ProductPage,
    ProductView,
    VendorForm,
    VendorPage,
    VendorView,
    channel_view,
    product_view,
    vendor_view,
)

router = APIRouter(prefix="/v1/vendors", tags=["catalogue"])


@router.post("", summary="Register a vendor", responses=gives(VendorView, 201), response_class=Response)
def register_vendor(
    request: Request, service: Reached, caller: Caller, form: Annotated[VendorForm, Depends(json_body(VendorForm))]
) -> Response:
    """Whoever is first has the id. It is a name for people, and no verdict rests on it."""
    return show(request, vendor_view(catalogue.register_vendor(service, caller, form.id, form.name)), 201)


@router.get("", summary="The tenant's vendors", responses=gives(VendorPage), response_class=Response)
def list_vendors(
    request: Request, service: Reached, caller: Caller, cursor: WordCursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """By id."""
    page = catalogue.list_vendors(service, caller, cursor, size)
    return show(request, VendorPage(items=list(map(vendor_view, page.rows)), next=page.next))


@router.post(
    "/{vendor}/products", summary="Declare a product", responses=gives(ProductView, 201), response_class=Response
)
def declare_product(
    request: Request,
    service: Reached,
    caller: Caller,
    vendor: Word,
    form: Annotated[ProductForm, Depends(json_body(ProductForm))],
) -> Response:
    """Once: its name and the scheme of its versions stay."""
    made = catalogue.declare_product(service, caller, vendor, form.id, form.name, form.version_scheme)
    return show(request, product_view(made), 201)


@router.get("/{vendor}/products", summary="A vendor's products", responses=gives(ProductPage), response_class=Response)
def list_products(
    request: Request,
    service: Reached,
    caller: Caller,
    vendor: Word,
    cursor: WordCursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """By id."""
    page = catalogue.list_products(service, caller, vendor, cursor, size)
    return show(request, ProductPage(items=list(map(product_view, page.rows)), next=page.next))


@router.post(
    "/{vendor}/products/{product}/channels",
    summary="Declare a channel",
    responses=gives(ChannelView, 201),
    response_class=Response,
)
def declare_channel(
    request: Request,
    service: Reached,
    caller: Caller,
    vendor: Word,
    product: Word,
    form: Annotated[ChannelForm, Depends(json_body(ChannelForm))],
) -> Response:
    """A channel that releases of the product come out in."""
    return show(request, channel_view(catalogue.declare_channel(service, caller, vendor, product, form.id)), 201)


@router.get(
    "/{vendor}/products/{product}/channels",
    summary="A product's channels",
    responses=gives(ChannelList),
    response_class=Response,
)
def list_channels(request: Request, service: Reached, caller: Caller, vendor: Word, product: Word) -> Response:
    """By id."""
    found = catalogue.list_channels(service, caller, vendor, product)
    return show(request, ChannelList(items=list(map(channel_view, found))))
