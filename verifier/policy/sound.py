"""Whether a policy can judge at all: what every policy must hold, however it was written.

A policy that asks for nothing, lets anybody sign, or can be met by one party under two names is refused before any
evidence is looked at: what it passed would mean nothing (T21 to T28, T62).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from attestations.faults import Fault, Place
from attestations.strict_json import escape_pointer

from ..faults import PolicyFault
from ..levels import LEVELS, TRACKS
from ..versions import is_version
from .expected import PLACEHOLDER, compiled, filled, matches
from .model import (
    AnyIdentity,
    DebianRequirement,
    Exact,
    Expected,
    ExpectedValue,
    LayoutRequirement,
    LevelRequirement,
    Pattern,
    PinnedIdentity,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    SbomRequirement,
    SignerRequirement,
    SignerRule,
    VerdictRequirement,
)
from .packages import expected_package
from .verdicts import check_verdict

_OTHER_PLACEHOLDER = re.compile(r"\{[A-Za-z_]+\}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_NARROW_PREFIX = re.compile(r"[a-z][a-z0-9+.-]*://[^/]+/[^/]+/")
_DOMAIN = re.compile(r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")


def check_policy(policy: Policy) -> None:
    """Refuse a policy that could pass what it should not, or that can never pass.

    Raises:
        PolicyFault: ``policy.empty``, ``policy.value``, ``policy.pattern``, ``policy.pattern_unanchored``,
            ``policy.placeholder``, ``policy.identity_too_wide``, ``policy.issuer_malformed``,
            ``policy.signer_duplicate``, ``policy.unknown_signer``, ``policy.threshold``, ``policy.roots_missing``,
            ``policy.level``, ``policy.vendor_unsigned``; the place is the key's pointer.
    """
    if not policy.requirements:
        raise PolicyFault("policy.empty", "the policy requires nothing", place=Place(pointer="/require"))
    if not _is_line(policy.id):
        raise _fault("policy.value", "/id", "an id is one line of text", policy.id)
    for signer in policy.signers:
        _check_signer(signer, f"/signers/{escape_pointer(signer.name)}")
    _check_distinct(policy.signers)
    for index, requirement in enumerate(policy.requirements):
        place = f"/require/{index}"
        if isinstance(requirement, LevelRequirement):
            _check_level(requirement, place)
        else:
            _check_statement(policy, requirement, place)
    _check_signed(policy)


def _is_line(text: str) -> bool:
    """One line that prints and survives encoding, without blanks at its ends."""
    return bool(text) and text.isprintable() and text == text.strip()


def _fault(
    reason: str, pointer: str, detail: str, actual: str | None = None, expected: str | None = None
) -> PolicyFault:
    return PolicyFault(reason, detail, place=Place(pointer=pointer), actual=actual, expected=expected)


def _check_signer(signer: SignerRule, pointer: str) -> None:
    if not _is_line(signer.name) or not _is_line(signer.group):
        raise _fault("policy.value", pointer, "a signer and its group are named by one line of text")
    if isinstance(signer, AnyIdentity):
        return
    if signer.valid is not None and signer.valid.start and signer.valid.end and signer.valid.start > signer.valid.end:
        raise _fault("policy.value", f"{pointer}/valid", "the window ends before it begins")
    if isinstance(signer, PinnedIdentity):
        _check_text(signer.identity, f"{pointer}/identity")
        _check_identity(signer.identity, f"{pointer}/identity")
        _check_issuer(signer, f"{pointer}/issuer")
        for name, claim in signer.claims.items():
            _check_text(claim, f"{pointer}/claims/{name}")


def _check_issuer(signer: PinnedIdentity, pointer: str) -> None:
    """One exact issuer; or, for a certificate that states none, the empty one and then one exact name (T23)."""
    if signer.issuer == "" and isinstance(signer.identity, Exact):
        return
    if not re.match(r"https://[^\s*?#{}]+\Z", signer.issuer):
        raise _fault("policy.issuer_malformed", pointer, "an issuer is one exact https URL", signer.issuer)


def _check_identity(identity: Expected, pointer: str) -> None:
    """An identity names somebody: a URI down to the repository's owner, or an address under one domain (T21, T22)."""
    if isinstance(identity, Exact):
        if "*" in identity.text:
            raise _fault(
                "policy.identity_too_wide",
                pointer,
                "an exact identity holds no wildcard",
                identity.text,
                "the whole identity, or { pattern = '^…$' }",
            )
        return
    matcher = compiled(_sample(identity).text)
    # A workflow's URI ends in a branch's name, which may look like an address: an address has one @ and no slash.
    address = _DOMAIN.search(matcher.suffix) and matcher.admissions("@") == 1 and matcher.admissions("/") == 0
    if not _NARROW_PREFIX.match(matcher.prefix) and not address:
        raise _fault(
            "policy.identity_too_wide",
            pointer,
            "the pattern leaves open whose identity it is",
            identity.text,
            "to begin with a literal scheme://host/owner/, or to be [one word]@a.literal.domain",
        )


def _sample(expected: Expected) -> Expected:
    """`expected` about some release, as it must be to be compiled."""
    return filled(expected, "0")


def _check_text(expected: Expected, pointer: str) -> None:
    if not _is_line(expected.text):
        raise _fault("policy.value", pointer, "not one line of text", repr(expected.text))
    if isinstance(expected, Pattern):
        try:
            compiled(_sample(expected).text)
        except Fault as fault:
            raise fault.at(Place(pointer=pointer)) from None
    elif found := _OTHER_PLACEHOLDER.search(expected.text.replace(PLACEHOLDER, "")):
        detail = f"{found[0]} is not filled in by anything"
        raise _fault("policy.placeholder", pointer, detail, expected.text, PLACEHOLDER)


def _check_distinct(signers: tuple[SignerRule, ...]) -> None:
    """One key or identity has one name: two would let one party be two groups (T24, T25)."""
    for first, second in itertools.combinations(signers, 2):
        if _same_signer(first, second):
            raise _fault(
                "policy.signer_duplicate",
                f"/signers/{escape_pointer(second.name)}",
                f"the same signer as {first.name!r}",
                second.name,
            )


def _same_signer(first: SignerRule, second: SignerRule) -> bool:
    """One key; or one identity, where no claim that both state exactly tells the two apart."""
    if isinstance(first, PinnedKey) and isinstance(second, PinnedKey):
        return first.key == second.key
    if not (isinstance(first, PinnedIdentity) and isinstance(second, PinnedIdentity)):
        return False
    shared = [(first.claims[name], second.claims[name]) for name in first.claims if name in second.claims]
    apart = any(isinstance(one, Exact) and isinstance(other, Exact) and one != other for one, other in shared)
    if apart or first.issuer != second.issuer:
        return False
    if first.identity == second.identity:
        return True
    return first.group != second.group and (_covers(first, second) or _covers(second, first))


def _covers(wide: PinnedIdentity, narrow: PinnedIdentity) -> bool:
    """Whether `wide`'s pattern takes in `narrow`'s exact identity, about any release: one party, two names."""
    if not (isinstance(wide.identity, Pattern) and isinstance(narrow.identity, Exact)):
        return False
    return any(
        isinstance(pattern := filled(wide.identity, release), Pattern) and matches(pattern, exact.text)
        for release in _RELEASES
        if isinstance(exact := filled(narrow.identity, release), Exact)
    )


_RELEASES = ("1.0.0", "1", "v1.0.0")
"""Releases that stand for all where two signers are compared whose identities speak of ``{version}``."""


def _check_level(requirement: LevelRequirement, pointer: str) -> None:
    known = (*LEVELS, *TRACKS)
    if requirement.at_least not in known:
        place = f"{pointer}/at_least"
        raise _fault("policy.level", place, "no such level or track", requirement.at_least, ", ".join(known))


def _check_statement(policy: Policy, requirement: SignerRequirement, pointer: str) -> None:
    rules = {signer.name: signer for signer in policy.signers}
    if not requirement.signers:
        raise _fault("policy.signer", f"{pointer}/signers", "a requirement that nobody has to meet")
    for name in requirement.signers:
        if name not in rules:
            raise _fault("policy.unknown_signer", pointer, "no signer of this name is declared", name, ", ".join(rules))
        if isinstance(rules[name], PinnedIdentity | AnyIdentity) and not policy.trust.roots:
            raise _fault("policy.roots_missing", "/trust/roots", "an identity means nothing without a trust root", name)
    groups = {rules[name].group for name in requirement.signers}
    if not 1 <= requirement.threshold <= len(groups):
        raise _fault(
            "policy.threshold",
            f"{pointer}/threshold",
            "more groups than its signers belong to",
            str(requirement.threshold),
            f"1 to {len(groups)}",
        )
    for name, value in _texts(requirement):
        _check_text(value, f"{pointer}/{name}")
    _check_kind(policy, requirement, pointer)


def _check_kind(policy: Policy, requirement: SignerRequirement, pointer: str) -> None:
    """What only a requirement of its kind must hold."""
    if isinstance(requirement, LayoutRequirement):
        _check_values(requirement.parameters, f"{pointer}/parameters")
    elif isinstance(requirement, VerdictRequirement):
        check_verdict(policy, requirement, pointer)
    elif not isinstance(requirement, SbomRequirement | DebianRequirement) and requirement.package is not None:
        _check_package(requirement.package, f"{pointer}/package")
    if isinstance(requirement, ProvenanceRequirement):
        _check_build(requirement, pointer)


def _check_package(package: str, pointer: str) -> None:
    try:
        expected_package(package.replace(PLACEHOLDER, "0"))
    except PolicyFault as fault:
        raise fault.at(Place(pointer=pointer)) from None


def _texts(requirement: SignerRequirement) -> Iterator[tuple[str, Expected]]:
    for name in requirement.__struct_fields__:
        value = getattr(requirement, name)
        if isinstance(value, Exact | Pattern):
            yield name, value


def _check_build(requirement: ProvenanceRequirement, pointer: str) -> None:
    commit = requirement.commit
    if isinstance(commit, Exact) and not _COMMIT.match(commit.text):
        place = f"{pointer}/commit"
        raise _fault("policy.value", place, "not a commit id", commit.text, "40 or 64 lower-case hex digits")
    tag = requirement.versioned_tag
    if tag is not None and not is_version(tag.replace(PLACEHOLDER, "0")):
        raise _fault("policy.value", f"{pointer}/versioned_tag", "not a version", tag, "v1, v1.2 or v1.2.3")
    for name in ("parameters", "inputs"):
        table = getattr(requirement, name)
        if table is not None:
            _check_values(table, f"{pointer}/{name}")


def _check_values(value: ExpectedValue, pointer: str) -> None:
    if isinstance(value, Pattern):
        _check_text(value, pointer)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _check_values(item, f"{pointer}/{escape_pointer(name)}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _check_values(item, f"{pointer}/{index}")


def _check_signed(policy: Policy) -> None:
    """The policy cannot be met without the vendor's own signature: `VI_SIGNED_1` is required (design, section 5)."""
    rules = {signer.name: signer.group for signer in policy.signers}
    for requirement in policy.requirements:
        if isinstance(requirement, LevelRequirement | SbomRequirement | VerdictRequirement):
            continue
        groups = {rules[name] for name in requirement.signers}
        vendor = {policy.product.vendor} if policy.product is not None else groups
        if requirement.threshold > len(groups - vendor):
            return
    raise PolicyFault(
        "policy.vendor_unsigned",
        "the policy can be met without a signature of the vendor's own",
        place=Place(pointer="/require"),
        expected="a requirement that only a signer of the vendor's group can complete",
    )
