"""PEM: labelled blocks of base64, read strictly enough that two readers see the same blocks.

    -----BEGIN <label>-----
    <base64, in lines>
    -----END <label>-----

Spec: RFC 7468. Text between blocks is refused, and so are headers inside them.
"""

from __future__ import annotations

import re

from msgspec import Struct

from .faults import FormatFault, Place
from .limits import Limits
from .strict_json import Node, decode_base64

_BLOCK = re.compile(rb"\s*-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,63})-----[ \t]*\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----\s*")


class PemBlock(Struct, frozen=True):
    """One block: its label (``CERTIFICATE``, ``PUBLIC KEY``) and the bytes in it, as a rule DER."""

    label: str
    content: bytes


def parse_pem(data: bytes, place: Place | None = None) -> tuple[PemBlock, ...]:
    """Read one or more blocks and nothing else.

    Raises:
        FormatFault: ``pem.malformed``.
    """
    blocks: list[PemBlock] = []
    end = 0
    while end < len(data):
        match = _BLOCK.match(data, end)
        if match is None:
            raise _malformed(place)
        try:
            content = decode_base64(b"".join(match[2].split()))
        except ValueError:
            raise _malformed(place) from None
        blocks.append(PemBlock(match[1].decode("ascii"), content))
        end = match.end()
    if not blocks:
        raise _malformed(place)
    return tuple(blocks)


def _malformed(place: Place | None) -> FormatFault:
    return FormatFault("pem.malformed", "not PEM", place=place, expected="-----BEGIN …----- blocks and nothing else")


def parse_certificates(node: Node, limits: Limits) -> tuple[bytes, ...]:
    """The certificates of a PEM text in JSON, in DER, in the order given; at least one.

    Raises:
        FormatFault: ``pem.malformed``, also where a block is something else; ``json.type``.
        LimitFault: ``limit.certificates``.
    """
    text = node.text()
    limits.check("certificates", text.count("-----BEGIN "), node.place)
    blocks = parse_pem(text.encode("utf-8"), node.place)
    if any(block.label != "CERTIFICATE" for block in blocks):
        raise _malformed(node.place)
    return tuple(block.content for block in blocks)
