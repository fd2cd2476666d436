"""A question as it goes to the process that answers: everything in it, so that nothing else is read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Struct


class Asked(Struct, frozen=True):
    """Is what stands at `pointer` of the document `content` authentic?

    For the certificate's `identity` and `issuer` under one of the trust roots `roots`; for the key `key` (its
    SubjectPublicKeyInfo, DER); or, where both are None, for anybody under the roots. `line` is the line of a file of
    JSON lines, from 1; `covered` has the digests of what a bare signature is over, by algorithm, in hex.
    """

    content: bytes
    line: int | None
    pointer: str
    identity: str | None
    issuer: str | None
    key: bytes | None
    roots: tuple[bytes, ...]
    covered: dict[str, str]


class Answer(Struct, frozen=True):
    """What `engine` in its `version` says: one of `verifier.opinions.ANSWERS`, and its own words."""

    engine: str
    version: str
    answer: str
    detail: str = ""


def write_questions(asked: list[Asked]) -> bytes:
    return msgspec.json.encode(asked)


_ASKED = msgspec.json.Decoder(list[Asked])


def read_questions(data: bytes) -> list[Asked]:
    return _ASKED.decode(data)


def document(asked: Asked) -> Any:
    """The JSON value that is asked about, by a parser that is not ours. Raises: ValueError, LookupError, TypeError."""
    content = asked.content if asked.line is None else asked.content.splitlines()[asked.line - 1]
    value = json.loads(content)
    for step in asked.pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
