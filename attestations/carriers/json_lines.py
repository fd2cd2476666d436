"""JSON lines: one document a line, each read as if it were a file of its own.

Spec: https://jsonlines.org/; in-toto bundle, https://github.com/in-toto/attestation/blob/main/spec/v1/bundle.md
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from ..faults import FormatFault
from ..limits import Limits
from ..strict_json import loads


def is_json_lines(data: bytes, limits: Limits) -> bool:
    """Whether `data` is more than one document, one a line: its first full line is a document and others follow."""
    lines = _lines(data)
    first = next(lines, None)
    if first is None or not (first[1].startswith(b"{") and first[1].endswith(b"}")) or next(lines, None) is None:
        return False
    try:
        loads(first[1], limits=limits)
    except FormatFault as fault:
        # Malformed JSON goes on behind the line break. Any other refusal is about a document that ends here.
        return fault.reason != "json.malformed"
    return True


def split_lines(data: bytes, limits: Limits) -> tuple[tuple[int, bytes], ...]:
    """The lines that are not blank, each with its number from 1.

    Raises:
        LimitFault: ``limit.evidence_items``, before any line is read.
    """
    limits.check("evidence_items", sum(1 for _ in _lines(data)))
    return tuple(_lines(data))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(io.BytesIO(data), start=1):
        stripped = line.strip()
        if stripped:
            yield number, stripped
