"""Expectations met: whether a text is the one that the policy asks for, and what ``{version}`` stands for."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from ..faults import PolicyFault
from .model import Exact, Expected, ExpectedValue, Pattern, Policy
from .patterns import CompiledPattern, compile_pattern, escape

PLACEHOLDER = "{version}"
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


def parse_release(release: str) -> str:
    """The release asked about, as given.

    Raises:
        PolicyFault: ``policy.release``: not ``[0-9A-Za-z.+-]{1,64}``.
    """
    if not _RELEASE.match(release):
        raise PolicyFault("policy.release", "not a version", actual=release[:80],
                          expected="1 to 64 of 0-9 A-Z a-z . + -")
    return release


def filled(expected: Expected, release: str) -> Expected:
    """`expected` about `release`."""
    if isinstance(expected, Exact):
        return Exact(expected.text.replace(PLACEHOLDER, release))
    return Pattern(expected.text.replace(PLACEHOLDER, escape(release)))


def filled_value(value: ExpectedValue, release: str) -> ExpectedValue:
    """`value` about `release`, all the way down."""
    if isinstance(value, Exact | Pattern):
        return filled(value, release)
    if isinstance(value, Mapping):
        return {name: filled_value(item, release) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(filled_value(item, release) for item in value)
    return value


def asks_for_release(policy: Policy) -> bool:
    """Whether the policy says ``{version}`` anywhere that is checked."""
    from .plain import plain  # noqa: PLC0415 - plain renders through this module

    form = {key: value for key, value in plain(policy).items() if key in ("signers", "require")}
    return PLACEHOLDER in repr(form)
