"""Predicates of a type that is not read here: kept and named, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class UnknownPredicate(Struct, frozen=True):
    """A predicate as it stands. `content` is None where the statement has none and its type asks for none."""

    type: str
    content: Mapping[str, Any] | None
