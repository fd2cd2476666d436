"""The requirements of a policy file, one reader a check name: the names are this one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attestations.digests import Digest, parse_digest
from attestations.faults import FormatFault
from attestations.limits import Limits
from attestations.strict_json import Node

from .debian import FIELDS as DEBIAN
from .debian import read_debian
from .model import (
    DebianRequirement,
    Exact,
    ExpectedValue,
    LayoutRequirement,
    LevelRequirement,
    ManifestRequirement,
    ProvenanceRequirement,
    Requirement,
    SbomRequirement,
    SignedRequirement,
    VerdictRequirement,
)
from .reading import age, expected, in_order, optional, refusal, texts

MAX_THRESHOLD = 32

MAX_SLSA_LEVEL = 3
"""SLSA v1.2, build track."""


def read_requirement(node: Node, limits: Limits) -> Requirement:
    """One ``[[require]]`` table.

    Raises:
        PolicyFault: ``policy.unknown_check`` and what the check's own reader raises.
    """
    name = node.field("check").text()
    if name not in READERS:
        raise refusal(node.field("check"), "policy.unknown_check", "no such check", ", ".join(READERS))
    return READERS[name](node, limits)


def _signed(node: Node, _limits: Limits) -> SignedRequirement:
    node.only("check", "signer", "signers", "threshold", "subject", "predicate_type", "package")
    return SignedRequirement(
        signers=_signers(node),
        threshold=_threshold(node),
        subject=optional(node, "subject", expected),
        predicate_type=optional(node, "predicate_type", expected),
        package=optional(node, "package", Node.text),
    )


_TEXTS = ("subject", "predicate_type", "builder", "build_type", "source", "ref", "tag", "branch", "commit")
_OTHERS = ("package", "versioned_tag", "parameters", "inputs", "slsa_build_level")


def _provenance(node: Node, limits: Limits) -> ProvenanceRequirement:
    node.only("check", "signer", "signers", "threshold", *_OTHERS, *_TEXTS)
    return ProvenanceRequirement(
        signers=_signers(node),
        threshold=_threshold(node),
        package=optional(node, "package", Node.text),
        versioned_tag=optional(node, "versioned_tag", Node.text),
        parameters=optional(node, "parameters", lambda found: _table(found, limits.depth)),
        inputs=optional(node, "inputs", lambda found: _table(found, limits.depth)),
        slsa_build_level=optional(node, "slsa_build_level", _slsa_level),
        **{name: optional(node, name, expected) for name in _TEXTS},
    )


def _slsa_level(node: Node) -> int:
    if not 1 <= node.integer() <= MAX_SLSA_LEVEL:
        raise refusal(node, "policy.value", "no level of SLSA's build track", f"1 to {MAX_SLSA_LEVEL}")
    return node.integer()


def _layout(node: Node, _limits: Limits) -> LayoutRequirement:
    node.only("check", "signer", "signers", "threshold", "product", "parameters")
    parameters = node.get("parameters")
    return LayoutRequirement(
        signers=_signers(node),
        threshold=_threshold(node),
        product=optional(node, "product", expected),
        parameters={name: Exact(text.text()) for name, text in in_order(parameters)} if parameters is not None else {},
    )


_RELEASE_KEY = ("vendor", "product", "channel", "platform", "variant", "version")

FACTS = ("sha256", "sha384", "sha512", "size", "header")
"""What a manifest may be required to state of a file; ``header``: what the file's own header states, too."""


_MANIFEST = ("match", "expires", "current", "max_age")


def _manifest(node: Node, _limits: Limits) -> ManifestRequirement:
    node.only("check", "signer", "signers", "threshold", "subject", "package", *_MANIFEST, *_RELEASE_KEY)
    facts = texts(node, "match") if node.get("match") is not None else ()
    if set(facts) - set(FACTS) or len(set(facts)) != len(facts):
        raise refusal(node.field("match"), "policy.value", "not facts of a file, each once", ", ".join(FACTS))
    return ManifestRequirement(
        signers=_signers(node),
        threshold=_threshold(node),
        subject=optional(node, "subject", expected),
        package=optional(node, "package", Node.text),
        match=facts,
        expires=optional(node, "expires", Node.boolean) or False,
        current=optional(node, "current", Node.boolean) or None,
        max_age=optional(node, "max_age", age),
        **{name: optional(node, name, expected) for name in _RELEASE_KEY},
    )


SBOM_FORMATS = ("cyclonedx", "spdx")


def _sbom(node: Node, _limits: Limits) -> SbomRequirement:
    node.only("check", "signer", "signers", "threshold", "format", "name", "version", "digest", "schema")
    found = node.get("format")
    if found is not None and found.text() not in SBOM_FORMATS:
        raise refusal(found, "policy.value", "no format of SBOMs that is read", ", ".join(SBOM_FORMATS))
    return SbomRequirement(
        signers=_signers(node),
        threshold=_threshold(node),
        format=optional(node, "format", Node.text),
        name=optional(node, "name", expected),
        version=optional(node, "version", expected),
        digest=optional(node, "digest", Node.boolean) or False,
        schema=optional(node, "schema", Node.boolean) or False,
    )


def _verdict(node: Node, _limits: Limits) -> VerdictRequirement:
    node.only("check", "signer", "signers", "threshold", "verifier", "resource", "levels", "policy_digest", "max_age")
    return VerdictRequirement(
        signers=_signers(node),
        verifier=node.field("verifier").text(),
        resource=expected(node.field("resource")),
        threshold=_threshold(node),
        levels=texts(node, "levels"),
        policy_digest=optional(node, "policy_digest", _digest),
        max_age=optional(node, "max_age", age),
    )


def _digest(node: Node) -> Digest:
    try:
        return parse_digest(node.text())
    except FormatFault:
        raise refusal(node, "policy.value", "not a digest of a policy", "sha256:<64 hex digits>") from None


def _debian(node: Node, _limits: Limits) -> DebianRequirement:
    node.only("check", "signer", "signers", "threshold", *DEBIAN)
    return read_debian(node, _signers(node), _threshold(node))


def _level(node: Node, _limits: Limits) -> LevelRequirement:
    node.only("check", "at_least")
    return LevelRequirement(node.field("at_least").text())


READERS: Mapping[str, Callable[[Node, Limits], Requirement]] = {
    "signed": _signed,
    "provenance": _provenance,
    "layout": _layout,
    "manifest": _manifest,
    "sbom": _sbom,
    "debian": _debian,
    "verdict": _verdict,
    "level": _level,
}


def _signers(node: Node) -> tuple[str, ...]:
    one, many = node.get("signer"), node.get("signers")
    if (one is None) == (many is None):
        raise refusal(node, "policy.signer", "a requirement names its signer, or its signers, in one of the two ways")
    return (one.text(),) if one is not None else texts(node, "signers")


def _threshold(node: Node) -> int:
    found = node.get("threshold")
    if found is None:
        return 1
    if not 1 <= found.integer() <= MAX_THRESHOLD:
        raise refusal(found, "policy.threshold", "a threshold that is no threshold", f"1 to {MAX_THRESHOLD}")
    return found.integer()


def _table(node: Node, depth: int) -> Mapping[str, ExpectedValue]:
    if depth == 0:
        raise refusal(node, "policy.value", "nested too deeply")
    return {name: _expected_value(value, depth - 1) for name, value in in_order(node)}


def _expected_value(node: Node, depth: int) -> ExpectedValue:
    value = node.value
    if isinstance(value, str) or (isinstance(value, dict) and set(value) == {"pattern"}):
        return expected(node)
    if isinstance(value, dict):
        return _table(node, depth)
    if isinstance(value, list) and depth:
        return tuple(_expected_value(item, depth - 1) for item in node.items())
    if isinstance(value, bool | int) and abs(value) < 1 << 53:
        return value
    raise refusal(
        node,
        "policy.value",
        "a value that cannot be compared",
        "a string, a pattern, an integer below 2^53, a boolean, an array or a table of them",
    )
