"""in-toto's first wrapping of layouts and links: the signatures beside what they sign, over its canonical form.

    {"signed": {"_type": "layout"|"link", …}, "signatures": [{"keyid": "<id>", "sig": "<hex>"}]}

A signature out of OpenPGP stands as ``{"keyid", "signature": "<hex>", "other_headers": "<hex>"}``. The canonical form
is made of everything that was received, members that we do not know among them.

Spec: in-toto specification, section 4.2, https://github.com/in-toto/docs/blob/master/in-toto-spec.md
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..bundles import Bundle, Metablock, MetablockSignature, NoMaterial
from ..layouts import METADATA
from ..olpc import canonical
from ..strict_json import Node
from .carrier import Carrier, Reading, whole


def recognises(document: dict[str, Any]) -> bool:
    """Whether a layout or a link stands under ``signed``. Other metadata is wrapped alike, TUF's for one."""
    signed = document.get("signed")
    return isinstance(signed, dict) and signed.get("_type") in METADATA


def read_metablock(node: Node, reading: Reading) -> Bundle:
    """Read a metablock; what it says stays bytes.

    Raises:
        FormatFault: ``envelope.unsigned``, ``metablock.signature``, ``olpc.float``, ``json.*``.
        LimitFault: ``limit.signatures``, before any signature is read.
    """
    signatures = node.field("signatures")
    reading.limits.check("signatures", len(signatures.array()), signatures.place)
    if not signatures.array():
        raise signatures.fault("envelope.unsigned", "metadata without a signature")
    signed = node.field("signed")
    metablock = Metablock(
        kind=signed.field("_type").text(),
        canonical=canonical(signed.value, signed.place),
        content=msgspec.json.encode(signed.value),
        signatures=tuple(_signature(item) for item in signatures.items()),
    )
    return Bundle("in-toto-metablock", metablock, NoMaterial())


def _signature(node: Node) -> MetablockSignature:
    keyid = node.field("keyid").text()
    headers = node.get("other_headers")
    if headers is not None:
        return MetablockSignature(
            node.field("signature").hex("metablock.signature"), keyid, headers.hex("metablock.signature")
        )
    return MetablockSignature(node.field("sig").hex("metablock.signature"), keyid)


CARRIER = Carrier("in-toto-metablock", recognises, whole(read_metablock))
