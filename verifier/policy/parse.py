"""A policy out of its TOML file, strictly: every key is known, every value is of its type, every rule can be met.

    bytes ──tomllib──► tree ──read_policy──► Policy ──check_policy──► Policy that can judge

`read_policy` also reads the plain form out of a record. An unknown field, check or signer is refused and never
ignored: a constraint that is written and not applied is worse than none (T21).
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from attestations.digests import Digest, parse_digest
from attestations.faults import FormatFault, Place
from attestations.limits import Limits
from attestations.publishers import parse_publisher
from attestations.strict_json import Node

from ..claims import CLAIMS
from ..faults import PolicyFault
from .model import (
    FORMAT,
    NAMESPACE,
    Expected,
    Period,
    PinnedIdentity,
    PinnedKey,
    Policy,
    Product,
    SignerRule,
    TrustRule,
)
from .publishers import publisher_rule
from .reading import age, expected, in_order, items, optional, refusal, texts
from .requirements import read_requirement
from .sound import check_policy

DOTS_MAX = 256
"""Dots in a line of a policy: four times the levels that anything of ours may be nested."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}\Z")
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def parse_policy(data: bytes, source: str, limits: Limits) -> Policy:
    """The policy in a TOML file (bytes, UTF-8), `source` being its name for people.

    Raises:
        LimitFault: ``limit.policy``.
        PolicyFault: ``policy.malformed`` with the byte offset; ``policy.unknown_field``, ``policy.missing``,
            ``policy.type``, ``policy.value`` and all that `check_policy` raises, with the key's pointer.
    """
    limits.check("policy", len(data), Place(source))
    _check_dots(data, source)
    try:
        tree = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyFault("policy.malformed", "not UTF-8", place=Place(source, offset=error.start)) from None
    except RecursionError:
        raise PolicyFault("policy.malformed", "nested too deeply", place=Place(source)) from None
    except ValueError as error:
        raise _malformed(data, str(error), source) from None
    return read_policy(tree, source, limits)


def _check_dots(data: bytes, source: str) -> None:
    """A key ``a.b.c…`` costs the parser the square of its dots: no line that may hold a vast one is given to it."""
    start = 0
    for line in data.split(b"\n"):
        if line.count(b".") > DOTS_MAX:
            raise PolicyFault(
                "policy.malformed",
                "more dots in one line than a key can have",
                place=Place(source, offset=start),
                expected=f"at most {DOTS_MAX}",
                actual=str(line.count(b".")),
            )
        start += len(line) + 1


def _malformed(data: bytes, message: str, source: str) -> PolicyFault:
    where = _WHERE.search(message)
    offset = len(data)
    if where and where[1]:
        lines = data.decode("utf-8").split("\n")
        before = "\n".join([*lines[: int(where[1]) - 1], lines[int(where[1]) - 1][: int(where[2]) - 1]])
        offset = len(before.encode())
    detail = message if where else "a number or date that cannot be represented"
    return PolicyFault("policy.malformed", f"not TOML: {detail}", place=Place(source, offset=offset))


def read_policy(tree: Mapping[str, Any], source: str, limits: Limits) -> Policy:
    """The policy in a tree of tables, arrays and scalars. Raises as `parse_policy`."""
    try:
        policy = _policy(Node(tree), limits)
        check_policy(policy)
    except PolicyFault as fault:
        raise fault.at(fault.place.within(source)) from None
    except FormatFault as fault:
        raise PolicyFault(
            _REASONS.get(fault.reason, fault.reason),
            fault.detail,
            place=fault.place.within(source),
            expected=fault.expected,
            actual=fault.actual,
        ) from None
    return policy


_REASONS = {
    "json.unknown_field": "policy.unknown_field",
    "json.missing": "policy.missing",
    "json.type": "policy.type",
    "json.value": "policy.value",
    "publisher.kind": "policy.value",
}


def _policy(node: Node, limits: Limits) -> Policy:
    node.only("format", "id", "version", "product", "trust", "signers", "require")
    if node.field("format").text() != FORMAT:
        raise refusal(node.field("format"), "policy.format", "a policy format that is not read here", FORMAT)
    product = optional(node, "product", _product)
    trust = node.get("trust")
    table = node.get("signers")
    signers = dict(table.members()) if table is not None else {}
    group = product.vendor if product is not None else None
    return Policy(
        id=node.field("id").text(),
        version=_positive(node.field("version")),
        trust=_trust(trust) if trust is not None else TrustRule(),
        signers=tuple(_signer(name, signers[name], group) for name in sorted(signers)),
        requirements=tuple(read_requirement(rule, limits) for rule in items(node, "require")),
        product=product,
    )


def _positive(node: Node) -> int:
    value = node.integer()
    if not 1 <= value < 1 << 31:
        raise refusal(node, "policy.value", "out of range", "1 to 2^31 - 1")
    return value


def _product(node: Node) -> Product:
    node.only("vendor", "name", "channels", "resource")
    names = [node.field("vendor"), node.field("name"), *items(node, "channels")]
    for name in names:
        if not _NAME.match(name.text()):
            raise refusal(name, "policy.value", "not a name", "[a-z0-9][a-z0-9._+-]{0,63}")
    return Product(
        vendor=node.field("vendor").text(),
        name=node.field("name").text(),
        channels=texts(node, "channels"),
        resource=optional(node, "resource", Node.text),
    )


def _trust(node: Node) -> TrustRule:
    node.only("roots", "max_age", *_BOUNDS)
    bounds = {name: _bound(found, *ends) for name, ends in _BOUNDS.items() if (found := node.get(name)) is not None}
    return TrustRule(roots=texts(node, "roots"), max_age=optional(node, "max_age", age), **bounds)


_BOUNDS = {"logs": (0, 32), "times": (1, 32), "scts": (0, 32), "engines": (1, 2)}
"""The least and the most of each: a private instance keeps no public log, and nothing is signed at no time."""


def _bound(node: Node, least: int, most: int) -> int:
    value = node.integer()
    if not least <= value <= most:
        raise refusal(node, "policy.threshold", "a threshold that is no threshold", f"{least} to {most}")
    return value


def _namespace(node: Node) -> str:
    if not re.fullmatch(r"[!-~]{1,128}", node.text()):
        raise refusal(node, "policy.value", "not a namespace of OpenSSH's", "1 to 128 printable characters, no blank")
    return node.text()


def _signer(name: str, node: Node, vendor: str | None) -> SignerRule:
    node.only("group", "issuer", "identity", "key", "publisher", "claims", "valid", "payload_signatures", "namespace")
    stated = optional(node, "group", Node.text)
    group = stated if stated is not None else vendor or name
    valid = optional(node, "valid", _period)
    key = optional(node, "key", Node.text)
    if key is not None:
        _alone(node, "key", "identity", "issuer", "publisher", "claims")
        over_payload = optional(node, "payload_signatures", Node.boolean) or False
        namespace = optional(node, "namespace", _namespace) or NAMESPACE
        return PinnedKey(name, group, _fingerprint(node.field("key")), valid, over_payload, namespace)
    for only_keys in ("payload_signatures", "namespace"):
        if (stray := node.get(only_keys)) is not None:
            raise refusal(stray, "policy.signer", "said of a signer that is no key", "key")
    if node.get("publisher") is not None:
        _alone(node, "publisher", "identity", "issuer", "claims")
        return replace(publisher_rule(name, group, parse_publisher(node.field("publisher"))), valid=valid)
    identity, issuer = node.get("identity"), node.get("issuer")
    if identity is None:
        raise refusal(
            node,
            "policy.signer_unpinned",
            "a signer without an identity or a key is anybody",
            "identity and issuer, or key",
        )
    if issuer is None:
        raise refusal(node, "policy.issuer_missing", "an identity means nothing without the issuer that vouches for it")
    return PinnedIdentity(
        name, group, expected(identity), issuer.text(), valid, optional(node, "claims", _claims) or {}
    )


def _alone(node: Node, name: str, *others: str) -> None:
    if any(node.get(other) is not None for other in others):
        raise refusal(node.field(name), "policy.signer", "a signer is a key, an identity or a publisher: one of them")


def _claims(node: Node) -> Mapping[str, Expected]:
    known = CLAIMS.values()
    for name, claim in node.members():
        if name not in known:
            raise refusal(claim, "policy.value", f"no claim of a certificate is called {name!r}", ", ".join(known))
    return {name: expected(claim) for name, claim in in_order(node)}


def _fingerprint(node: Node) -> Digest:
    try:
        digest = parse_digest(node.text())
    except FormatFault:
        digest = None
    if digest is None or digest.algorithm != "sha256":
        raise refusal(
            node,
            "policy.value",
            "a key is pinned by the SHA-256 of its SubjectPublicKeyInfo",
            "sha256: and 64 lower-case hex digits",
        )
    return digest


def _period(node: Node) -> Period:
    node.only("from", "until")
    return Period(optional(node, "from", _time), optional(node, "until", _time))


def _time(node: Node) -> datetime.datetime:
    value = node.value
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise refusal(node, "policy.value", "not a time", "RFC 3339 in UTC") from None
    if not isinstance(value, datetime.datetime) or value.utcoffset() != datetime.timedelta(0):
        raise refusal(node, "policy.value", "not a time in UTC", "RFC 3339 in UTC: 2026-01-01T00:00:00Z")
    return value.astimezone(datetime.UTC)
