"""What changed between two policies, key by key.

Both are compared in their plain form: a default that one spells out and the other leaves out is no change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from attestations.strict_json import escape_pointer

from .model import Policy
from .plain import plain


class Change(Struct, frozen=True):
    """One key that differs: its JSON pointer, and its value before and after as JSON text; None where it is absent."""

    pointer: str
    before: str | None
    after: str | None


def diff(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every key whose value differs, in the order of the format; none exactly where the digests are equal."""
    return tuple(changes(plain(old), plain(new)))


_ABSENT = object()


def changes(old: Any, new: Any, pointer: str = "") -> Iterator[Change]:
    """Every value in which two JSON trees differ; `pointer` is where they stand."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from changes(old.get(name, _ABSENT), new.get(name, _ABSENT), f"{pointer}/{escape_pointer(name)}")
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before, after = (items[index] if index < len(items) else _ABSENT for items in (old, new))
            yield from changes(before, after, f"{pointer}/{index}")
    elif type(old) is not type(new) or old != new:
        yield Change(pointer, _text(old), _text(new))


def _text(value: Any) -> str | None:
    return None if value is _ABSENT else json.dumps(value, ensure_ascii=False, sort_keys=True)
