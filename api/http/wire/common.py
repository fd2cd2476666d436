"""What the wire models share: closed, strict forms that come in; views that go out; the types of their fields."""

from __future__ import annotations

import datetime
from base64 import b64decode, b64encode
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from attestations.strict_json import decode_base64


class Form(BaseModel):
    """What comes in: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class View(BaseModel):
    """What goes out. A field without a value is left out."""

    model_config = ConfigDict(frozen=True)


def _canonical(text: str) -> str:
    try:
        decode_base64(text)
    except ValueError:
        raise ValueError("not canonical base64") from None
    return text


Sha256 = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]
Label = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
Base64 = Annotated[str, Field(pattern="^[A-Za-z0-9+/]*={0,2}$"), AfterValidator(_canonical)]
Time = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$", examples=["2026-03-02T11:04:00Z"])
]


def decoded(text: str) -> bytes:
    """The bytes of a `Base64` field."""
    return b64decode(text)


def encoded(content: bytes) -> str:
    """The bytes as a `Base64` field."""
    return b64encode(content).decode("ascii")


def shown_time(time: datetime.datetime) -> str:
    """A time as views show it: RFC 3339, in UTC, fractions where it has some."""
    return time.strftime("%Y-%m-%dT%H:%M:%S") + (f".{time.microsecond:06d}" if time.microsecond else "") + "Z"


def shown_time_or_none(time: datetime.datetime | None) -> str | None:
    """The same, None for none."""
    return None if time is None else shown_time(time)


def example(**members: Any) -> ConfigDict:
    """The part of a model's configuration that gives it its example in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"example": members})
