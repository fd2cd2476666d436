"""Changed copies of values, structs of ours and dataclasses of the made-up world alike."""

from __future__ import annotations

import dataclasses
from typing import TypeVar, cast

import msgspec

Value = TypeVar("Value")


def replace(value: Value, /, **fields: object) -> Value:
    """`value` with other `fields`."""
    if isinstance(value, msgspec.Struct):
        return cast(Value, msgspec.structs.replace(value, **fields))
    return cast(Value, dataclasses.replace(value, **fields))  # type: ignore[type-var]  # it is the one or the other
