"""Predicates of a type that is not read here: kept and named, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class UnknownPredicate:
    """A predicate as it stands. `content` is None where the statement has none and its type asks for none."""

    type: str
    content: Mapping[str, Any] | None
