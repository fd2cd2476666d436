"""Column types that mean the same on both databases."""

from __future__ import annotations

import datetime
import re

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from .faults import StoreFault

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


class Moment(TypeDecorator[datetime.datetime]):
    """An aware time in UTC, as ``2026-03-02T11:04:00.000000Z``: text of one width, which sorts as time does."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.utcoffset() != datetime.timedelta(0):
            raise ValueError("a time is aware, in UTC")
        return value.strftime(_FORM)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime.datetime | None:
        return None if value is None else datetime.datetime.fromisoformat(value)


class TextFault(StoreFault, DontWrapMixin):
    """A text that cannot be kept; raised amid a statement, of which it says nothing."""


class Words(TypeDecorator[str]):
    """Text of at most so many characters, each of which both databases can keep: no NUL, no half of a pair.

    Raises:
        TextFault: ``text.too_long``, ``text.unstorable``, for what is written and for what is looked up.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        longest = self.impl_instance.length  # type: ignore[attr-defined]  # of String, which it is made with
        if value is None:
            return None
        if len(value) > longest:
            raise TextFault(
                "text.too_long",
                "a text is longer than may be kept",
                expected=f"{longest} characters",
                actual=str(len(value)),
            )
        if _UNSTORABLE.search(value):
            raise TextFault("text.unstorable", "a text holds a character that cannot be kept", actual=ascii(value)[:80])
        return value
