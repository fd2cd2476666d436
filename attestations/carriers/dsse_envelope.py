"""A DSSE envelope by itself. It names no key, unless its one signature brings a certificate (`cert`, in PEM), as the
SLSA generators for GitHub write it.

Spec: DSSE v1.0.2 envelope, https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

from __future__ import annotations

from typing import Any

from ..bundles import Bundle, CertificateMaterial, Material, NoMaterial
from ..dsse import parse_envelope
from ..pem import parse_certificates
from ..strict_json import Node
from .carrier import Carrier, Reading, whole

_MEMBERS = frozenset({"payload", "payloadType", "signatures"})


def recognises(document: dict[str, Any]) -> bool:
    """Whether two of an envelope's three members are there."""
    return len(_MEMBERS & document.keys()) >= 2


def read_envelope(node: Node, reading: Reading) -> Bundle:
    """Read a bare envelope.

    Raises:
        FormatFault: ``envelope.*``, ``json.*``, ``base64.malformed``, ``pem.malformed``.
        LimitFault: ``limit.signatures``, ``limit.certificates``.
    """
    envelope = parse_envelope(node, reading.limits)
    return Bundle("dsse", envelope, _material(node.field("signatures"), reading))


def _material(signatures: Node, reading: Reading) -> Material:
    given = [cert for cert in (item.given("cert") for item in signatures.items()) if cert is not None and cert.text()]
    if not given:
        return NoMaterial()
    if len(signatures.array()) != 1:
        # A certificate belongs to one signature, and a bundle has one signer.
        raise given[0].fault("envelope.certificates", "a certificate in an envelope of several signatures")
    return CertificateMaterial(parse_certificates(given[0], reading.limits))


CARRIER = Carrier("dsse", recognises, whole(read_envelope))
