"""in-toto statements: what somebody said about which subjects.

    Statement v1    https://in-toto.io/Statement/v1
    Statement v0.1  https://in-toto.io/Statement/v0.1

A statement is read only after the signature over its bytes verified. Unknown predicate types are kept and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .digests import DigestSet

Json = Any
"""A value out of `strict_json.loads`: dict, list, str, int, float, bool or None. Never mutated by us."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a statement speaks of: digests of one thing, and the name that the speaker gave it ("" where absent)."""

    name: str
    digests: DigestSet


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as parsed: `type` is the ``_type`` URI; `predicate` is None where the statement has null or none."""

    type: str
    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One field of a statement with where it stands: the JSON pointer inside the statement."""

    value: str
    pointer: str
