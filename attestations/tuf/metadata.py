"""One file of TUF metadata: its signatures, the bytes that they cover, and a payload nobody has looked into yet.

    {"signatures": [{"keyid": "<hex>", "sig": "<hex>"}], "signed": {…}}

Spec: TUF 1.0.34, section 4.2 (file formats: general principles)
"""

from __future__ import annotations

from msgspec import Struct

from ..limits import DEFAULT_LIMITS, Limits
from ..olpc import canonical
from ..strict_json import Node, loads


class Signature(Struct, frozen=True):
    """A signature and the id of the key it names. `value` is empty where its text is no hex: it verifies nowhere."""

    keyid: str
    value: bytes


class Metadata(Struct, frozen=True):
    """A file as received: `content` is all of it, `covered` what its signatures are over, `signed` still unread."""

    content: bytes
    signatures: tuple[Signature, ...]
    covered: bytes
    signed: Node


def parse_metadata(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> Metadata:
    """Take a file of metadata apart. The caller has bounded its size.

    Raises:
        FormatFault: ``json.*``, ``olpc.float``, ``tuf.signature_twice``.
        LimitFault: ``limit.depth``, ``limit.layout_signatures``.
    """
    root = Node(loads(data, source=source, limits=limits), source)
    signatures = root.field("signatures")
    limits.check("layout_signatures", len(signatures.array()), signatures.place)
    read = tuple(map(parse_signature, signatures.items()))
    if len({signature.keyid for signature in read}) != len(read):
        raise signatures.fault("tuf.signature_twice", "two signatures name one key")
    signed = root.field("signed")
    signed.object()
    return Metadata(data, read, canonical(signed.value, signed.place), signed)


def parse_signature(node: Node) -> Signature:
    """One entry of ``signatures``. Raises: FormatFault ``json.type``, ``json.missing``."""
    text = node.field("sig").text()
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    return Signature(node.field("keyid").text(), value)
