"""What issuers publish, keys first: asked for at the issuer's own address, and kept for a while.

    <issuer>/.well-known/openid-configuration   issuer (the same, to the letter), jwks_uri, where people log in
    <jwks_uri>                                  {"keys": [{"kid", "kty", …}]}

A key that is not among those kept is looked for anew, but at one minute's distance: whoever sends tokens with made-up
key ids makes us ask the issuer once a minute. Keys that are older than an hour are not used, so that one that the
issuer withdrew is gone within it; where the issuer cannot be asked, nobody is let in on its word.

Spec: OpenID Connect Discovery 1.0 section 4; RFC 7517 section 5.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from attestations.faults import Fault, FormatFault
from attestations.strict_json import Node, loads

from .egress import Egress
from .faults import AccessFault, EgressFault
from .oidc import Issuer

KEPT = datetime.timedelta(hours=1)
ASKED_AGAIN = datetime.timedelta(minutes=1)
MOST_KEYS = 64

_DISCOVERY = "/.well-known/openid-configuration"

Keys = Mapping[str, Mapping[str, Any]]


class Endpoints(Struct, frozen=True):
    """Where people log in: `authorization` is where their browser goes, `token` where we fetch what came of it."""

    authorization: str
    token: str


class _Kept(Struct, frozen=True):
    """What is known of an issuer: what it published, when it did, when it was asked last, and whether in vain."""

    keys: Keys
    endpoints: Endpoints | None
    fetched: datetime.datetime
    asked: datetime.datetime
    failure: str | None = None


class PublishedKeys:
    """What issuers publish, by way of `egress`."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, threading.Lock] = {}

    def find(self, issuer: Issuer, kid: str | None, now: datetime.datetime) -> Mapping[str, Any]:
        """The one JWK of the issuer that has this `kid`, asked for where it is not kept; None is its only one.

        Raises:
            AccessFault: ``identity.key_unknown``, ``identity.issuer_unreachable``.
        """
        kept = self._look(issuer, lambda kept: _pick(kept.keys, kid) is not None, now)
        found = _pick(kept.keys, kid)
        if found is not None and _within(kept.fetched, KEPT, now):
            return found
        if kept.failure is not None:
            raise AccessFault("identity.issuer_unreachable", f"{issuer.url}: {kept.failure}")
        actual = kid[:200] if kid is not None else "no key id, and the issuer has several keys"
        raise AccessFault("identity.key_unknown", f"{issuer.url} publishes no such key", actual=actual)

    def endpoints(self, issuer: Issuer, now: datetime.datetime) -> Endpoints:
        """Where people log in with this issuer.

        Raises:
            AccessFault: ``identity.issuer_unreachable``, also where it publishes no such address.
        """
        kept = self._look(issuer, lambda kept: kept.endpoints is not None, now)
        if kept.endpoints is None:
            detail = kept.failure or "it publishes no address to log in at"
            raise AccessFault("identity.issuer_unreachable", f"{issuer.url}: {detail}")
        return kept.endpoints

    def _look(self, issuer: Issuer, has: Callable[[_Kept], bool], now: datetime.datetime) -> _Kept:
        """What is known of the issuer, asked for where it is too old, or has not what is looked for."""
        with self._locks.setdefault(issuer.url, threading.Lock()):
            kept = self._kept.get(issuer.url)
            fresh = kept is not None and has(kept) and _within(kept.fetched, KEPT, now)
            if kept is None or not (fresh or _within(kept.asked, ASKED_AGAIN, now)):
                kept = self._kept[issuer.url] = self._ask(issuer, kept, now)
            return kept

    def _ask(self, issuer: Issuer, kept: _Kept | None, now: datetime.datetime) -> _Kept:
        try:
            if issuer.keys is not None:
                return _Kept(read_keys(issuer.keys), None, now, now)
            return self._published(issuer, now)
        except Fault as fault:
            keys, fetched = (kept.keys, kept.fetched) if kept is not None else ({}, now)
            return _Kept(keys, None, fetched, now, str(fault))

    def _published(self, issuer: Issuer, now: datetime.datetime) -> _Kept:
        document = Node(loads(self._page(issuer.url + _DISCOVERY), source=_DISCOVERY))
        if document.field("issuer").text() != issuer.url:
            raise document.field("issuer").fault("json.value", "another issuer", expected=issuer.url)
        keys = read_keys(self._page(document.field("jwks_uri").text()))
        authorization, token = document.get("authorization_endpoint"), document.get("token_endpoint")
        endpoints = Endpoints(authorization.text(), token.text()) if authorization and token else None
        return _Kept(keys, endpoints, now, now)

    def _page(self, url: str) -> bytes:
        answer = self._egress.get(url)
        if answer.status != 200:
            raise EgressFault("egress.unreachable", f"{url} answered {answer.status}")
        return answer.body


def _pick(keys: Keys, kid: str | None) -> Mapping[str, Any] | None:
    """The key of that id; without one, the only key. Spec: OpenID Connect Core 1.0 section 10.1"""
    if kid is not None:
        return keys.get(kid)
    return next(iter(keys.values())) if len(keys) == 1 else None


def _within(moment: datetime.datetime, longest: datetime.timedelta, now: datetime.datetime) -> bool:
    """Whether `moment` lies less than `longest` back; after a clock was stepped back, it does not."""
    return datetime.timedelta(0) <= now - moment < longest


def read_keys(content: bytes) -> Keys:
    """The keys of a JWK set by their ids; one without an id is called "".

    Raises:
        FormatFault: ``json.*``; an id that two keys have.
    """
    keys: dict[str, Mapping[str, Any]] = {}
    items = list(Node(loads(content, source="JWK set")).field("keys").items())
    if len(items) > MOST_KEYS:
        raise FormatFault("json.value", f"more than {MOST_KEYS} keys in a JWK set")
    for item in items:
        given = item.get("kid")
        kid = given.text() if given is not None else ""
        if kid in keys:
            raise item.fault("json.value", "two keys of one id")
        keys[kid] = item.object()
    return keys
