"""in-toto statements: what somebody said about which subjects.

    Statement v1    https://in-toto.io/Statement/v1
    Statement v0.1  https://in-toto.io/Statement/v0.1

A statement is read only after the signature over its bytes verified. Unknown predicate types are kept and named, and
members that this file does not name are ignored, as the framework asks of readers.

Spec: in-toto attestation framework, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from .digests import DigestSet, parse_digest_set
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads

TYPES = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
"""The statement types that exist."""

Json = Any
"""A value out of `strict_json.loads`: dict, list, str, int, float, bool or None. Never mutated by us."""


class Subject(Struct, frozen=True):
    """What a statement speaks of: digests of one thing, and the name that the speaker gave it ("" where absent)."""

    name: str
    digests: DigestSet


class Statement(Struct, frozen=True):
    """A statement as parsed: `type` is the ``_type`` URI; `predicate` is None where the statement has null or none."""

    type: str
    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Json] | None


class Claim(Struct, frozen=True):
    """One field of a statement with where it stands: the JSON pointer inside the statement."""

    value: str
    pointer: str


def parse_statement(payload: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> Statement:
    """Read the payload of a verified envelope: at least one subject, each with at least one digest (T01, T05).

    Whether a predicate may be absent depends on its type: `predicates.read_predicate` says so.

    Raises:
        FormatFault: ``statement.type``, ``statement.no_subject``, ``statement.no_digest``,
            ``statement.no_predicate_type``, ``digest.value``, ``json.*`` (also a duplicate key, T06).
        LimitFault: ``limit.statement``, ``limit.subjects``, ``limit.depth``.
    """
    limits.check("statement", len(payload))
    root = Node(loads(payload, source=source, limits=limits), source)
    kind = root.field("_type")
    if kind.text() not in TYPES:
        raise kind.fault("statement.type", "not the type of an in-toto statement", expected=" or ".join(TYPES))
    predicate_type = root.field("predicateType")
    if not predicate_type.text():
        raise predicate_type.fault("statement.no_predicate_type", "an empty predicate type")
    predicate = root.given("predicate")
    return Statement(
        type=kind.text(),
        subjects=_subjects(root.field("subject"), limits),
        predicate_type=predicate_type.text(),
        predicate=predicate.object() if predicate is not None else None,
    )


def _subjects(node: Node, limits: Limits) -> tuple[Subject, ...]:
    limits.check("subjects", len(node.array()), node.place)
    if not node.array():
        raise node.fault("statement.no_subject", "a statement about nothing")
    return tuple(_subject(item) for item in node.items())


def _subject(node: Node) -> Subject:
    name = node.given("name")
    digest = node.field("digest")
    if not digest.object():
        raise digest.fault("statement.no_digest", "a subject without a digest")
    return Subject(name.text() if name is not None else "", parse_digest_set(digest))
