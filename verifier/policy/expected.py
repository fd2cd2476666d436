"""Expectations met: whether a text is the one that the policy asks for, and what ``{version}`` stands for."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from msgspec.structs import replace

from ..faults import PolicyFault
from .model import (
    Exact,
    Expected,
    ExpectedValue,
    LevelRequirement,
    Pattern,
    PinnedIdentity,
    Policy,
    Requirement,
    SignerRule,
)
from .pattern_syntax import escape
from .patterns import CompiledPattern, compile_pattern

PLACEHOLDER = "{version}"
_PLACED = re.compile(r"\{version\}(?=([*+?{]))?")
"""The placeholder, and what repeats it where something does: the whole release then, and not its last character."""

_RELEASE = re.compile(r"[0-9A-Za-z.+-]{1,64}\Z")

compiled = functools.lru_cache(maxsize=256)(compile_pattern)
"""Patterns are compiled once; a cache of a pure function changes no result."""


def matches(expected: Expected, text: str) -> bool:
    """Whether `text` as a whole is what is expected. ``{version}`` must have been filled in before."""
    if isinstance(expected, Exact):
        return text == expected.text
    matcher: CompiledPattern = compiled(expected.text)
    return matcher.matches(text)


def shown(expected: Expected) -> str:
    """An expectation for a person."""
    return expected.text if isinstance(expected, Exact) else f"a text that matches {expected.text}"


def leaves_open(expected: object) -> bool:
    """Whether nothing is expected: no value, or a pattern that takes any text, as ``^.*$`` does."""
    return expected is None or (isinstance(expected, Pattern) and matches(filled(expected, "0"), _ANYTHING))


_ANYTHING = "x-anything:/?x"
"""A text that is no builder, build type or source of anybody's: a pattern that takes it takes whatever it is given."""


def parse_release(release: str) -> str:
    """The release asked about, as given.

    Raises:
        PolicyFault: ``policy.release``: not ``[0-9A-Za-z.+-]{1,64}``.
    """
    if not _RELEASE.match(release):
        raise PolicyFault(
            "policy.release", "not a version", actual=release[:80], expected="1 to 64 of 0-9 A-Z a-z . + -"
        )
    return release


def filled(expected: Expected, release: str) -> Expected:
    """`expected` about `release`; in a pattern the release stands for itself, whole, whatever characters it has."""
    if isinstance(expected, Exact):
        return Exact(expected.text.replace(PLACEHOLDER, release))
    literal = escape(release)
    return Pattern(_PLACED.sub(lambda placed: f"({literal})" if placed[1] else literal, expected.text))


def about_release(policy: Policy, release: str | None) -> Policy:
    """`policy` with every ``{version}`` in what it checks filled in.

    Raises:
        PolicyFault: ``policy.release``; ``policy.release_missing`` where it asks for a release and none is given.
    """
    if release is None:
        if speaks_of_release(policy):
            raise PolicyFault(
                "policy.release_missing", "the policy asks for {version}, and no release is given", expected="--release"
            )
        return policy
    parse_release(release)
    return replace(
        policy,
        signers=tuple(_signer(signer, release) for signer in policy.signers),
        requirements=tuple(_requirement(requirement, release) for requirement in policy.requirements),
    )


def speaks_of_release(policy: Policy) -> bool:
    """Whether anything that the policy checks holds ``{version}``."""
    probe = "0"
    return policy != replace(
        policy,
        signers=tuple(_signer(signer, probe) for signer in policy.signers),
        requirements=tuple(_requirement(requirement, probe) for requirement in policy.requirements),
    )


def _signer(signer: SignerRule, release: str) -> SignerRule:
    if not isinstance(signer, PinnedIdentity):
        return signer
    claims = {name: filled(claim, release) for name, claim in signer.claims.items()}
    return replace(signer, identity=filled(signer.identity, release), claims=claims)


def _requirement(requirement: Requirement, release: str) -> Requirement:
    if isinstance(requirement, LevelRequirement):
        return requirement
    changed = {}
    for name in requirement.__struct_fields__:
        value = getattr(requirement, name)
        if name in ("versioned_tag", "package") and value is not None:
            changed[name] = value.replace(PLACEHOLDER, release)
        elif isinstance(value, Exact | Pattern | Mapping):
            changed[name] = filled_value(value, release)
    return replace(requirement, **changed)


def filled_value(value: ExpectedValue, release: str) -> ExpectedValue:
    """`value` about `release`, all the way down."""
    if isinstance(value, Exact | Pattern):
        return filled(value, release)
    if isinstance(value, Mapping):
        return {name: filled_value(item, release) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(filled_value(item, release) for item in value)
    return value
