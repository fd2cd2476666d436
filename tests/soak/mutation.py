"""Changes that keep a document's frame whole, so that what is inside is reached: values of JSON, elements of DER.

    bytes ──► tree ──► one to four changes in it ──► bytes

A change of single bytes breaks the JSON, the base64 or a length nearly always, and then tests no more than that. Half
of the changes are of that kind all the same.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from ..attestations.samples import pointers, replaced, without

Mutate = Callable[[bytes, int], bytes]
"""Changes single bytes: the input, and how long the output may be."""

INTERESTING: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, 2**31, 2**63, 2**64, 10**40,
    "", "x", "0", "\x00", "\x1b[2J", "é\u2028𐀀", "\ud800", "AA==", "sha256", "a" * 5000,
    "1970-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "-----BEGIN CERTIFICATE-----",
    [], [None], [[]], [0] * 300, {}, {"": None}, {"x": {"y": []}}, {"sha256": "0" * 64},
)  # fmt: skip
"""Values at the edge of something, for any place."""

MOST_VALUES = 1000

DEEPEST = 12
"""Levels of elements that are taken apart; below, content is changed as bytes."""


def mutate_json(data: bytes, random: Random, mutate: Mutate) -> bytes:
    """`data` with some values changed, or its bytes where it is no JSON or one of very many values."""
    if data.count(b",") > MOST_VALUES:
        return mutate(data, len(data) + 64)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutate(data, len(data) + 64)
    for _ in range(random.randint(1, 4)):
        value = _changed(value, random, mutate)
    return json.dumps(value, ensure_ascii=random.random() < 0.5, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _changed(value: Any, random: Random, mutate: Mutate) -> Any:
    paths = list(pointers(value))
    path = random.choice(paths)
    here = value
    for step in path:
        here = here[step]
    kind = random.random()
    if kind < 0.15 and path:
        return without(value, path)
    if kind < 0.3:
        other = value
        for step in random.choice(paths):
            other = other[step]
        return replaced(value, path, other)
    if kind < 0.45:
        return replaced(value, path, random.choice(INTERESTING))
    return replaced(value, path, _other(here, random, mutate))


def _other(here: Any, random: Random, mutate: Mutate) -> Any:
    if isinstance(here, str):
        return _other_text(here, random, mutate)
    if isinstance(here, list):
        return here + here[:1] if random.random() < 0.5 else here[::-1]
    if isinstance(here, dict):
        name = random.choice([*here, "x"])
        return {**here, _bytes_of(name, mutate): here.get(name)}
    if isinstance(here, bool) or here is None:
        return not here
    return here + random.choice((-1, 1, 256, -here))


def _other_text(text: str, random: Random, mutate: Mutate) -> str:
    """Another text; what base64 wraps is changed inside, by its own kind."""
    if len(text) >= 8 and random.random() < 0.7:
        try:
            inner = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return _bytes_of(text, mutate)
        return base64.b64encode(KINDS[_kind(inner)](inner, random, mutate)).decode("ascii")
    return _bytes_of(text, mutate)


def _bytes_of(text: str, mutate: Mutate) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return mutate(data, len(data) + 16).decode("utf-8", "replace")


def _kind(data: bytes) -> str:
    return {0x30: "der", 0x7B: "json"}.get(data[0] if data else 0, "bytes")


def mutate_der(data: bytes, random: Random, mutate: Mutate) -> bytes:
    """`data` with one to three elements changed, and every length around them made to fit."""
    for _ in range(random.randint(1, 3)):
        data = _element_changed(data, random, mutate, 0)
    return data


def _element_changed(data: bytes, random: Random, mutate: Mutate, depth: int) -> bytes:
    found = elements(data)
    if found is None or depth == DEEPEST:
        return mutate(data, len(data) + 32)
    number = random.randrange(len(found))
    tag, content = found[number]
    kind = random.random()
    if kind < 0.08:
        del found[number]
    elif kind < 0.16:
        found.insert(random.randrange(len(found) + 1), (tag, content))
    elif kind < 0.2:
        found[number] = (random.choice((0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31, 0xA0, 0xA1, tag ^ 0x20)), content)
    else:
        found[number] = (tag, _element_changed(content, random, mutate, depth + 1))
    return b"".join(bytes([tag]) + _length(len(content)) + content for tag, content in found)


def elements(data: bytes) -> list[tuple[int, bytes]] | None:
    """The elements that `data` is the sequence of, None where it is not one."""
    found, at = [], 0
    while at + 1 < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length > 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(data[at : at + octets], "big"), at + octets
        found.append((tag, data[at : at + length]))
        at += length
    return found if found and at == len(data) else None


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


_BASE64_LINES = re.compile(rb"(?:^[A-Za-z0-9+/]{4,}={0,2}\n)+", re.MULTILINE)


def mutate_bytes(data: bytes, random: Random, mutate: Mutate) -> bytes:
    """`data` with single bytes changed, lines of it changed for one another, or what lines of base64 wrap."""
    lines = data.split(b"\n")
    if len(lines) > 2 and random.random() < 0.2:
        first, second = random.randrange(len(lines)), random.randrange(len(lines))
        lines[first] = lines[second]
        return b"\n".join(lines)
    wrapped = list(_BASE64_LINES.finditer(data))
    if wrapped and random.random() < 0.5:
        block = random.choice(wrapped)
        return data[: block.start()] + _rewrapped(block[0], random, mutate) + data[block.end() :]
    return mutate(data, len(data) + 64)


def _rewrapped(block: bytes, random: Random, mutate: Mutate) -> bytes:
    """Lines of base64 as long as they were, of other content."""
    width = block.index(b"\n")
    try:
        inner = base64.b64decode(block.replace(b"\n", b""), validate=True)
    except binascii.Error:
        return mutate(block, len(block) + 64)
    changed = mutate_der(inner, random, mutate) if _kind(inner) == "der" else mutate(inner, len(inner) + 64)
    text = base64.b64encode(changed)
    return b"".join(text[at : at + width] + b"\n" for at in range(0, len(text), width))


KINDS: Mapping[str, Callable[[bytes, Random, Mutate], bytes]] = {
    "json": mutate_json,
    "der": mutate_der,
    "bytes": mutate_bytes,
}
"""How inputs of each kind are changed."""
