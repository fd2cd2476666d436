"""ECDSA over the NIST curves, signatures in DER; raw ``r ‖ s`` only where a caller asks for it by name.

DER is strict: one spelling of each signature, nothing after it, r and s in [1, n - 1]. (r, n - s) is as good a
signature as (r, s): the mathematics allow both and so do all verifiers of supply-chain evidence, so nothing of ours
identifies evidence by its signature's bytes.

FIPS 186-5 lets every curve go with every hash. Pairs that nobody signs with by default are explicit, as raw ones are.

Spec: FIPS 186-5 section 6.4.2; RFC 3279 section 2.2.3 (DER); IEEE P1363 (raw).
"""

from __future__ import annotations

from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

from ..keys import PublicKey
from .schemes import Scheme, malformed

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def _verify(algorithm: ec.ECDSA, raw: bool, key: PublicKey, signature: bytes, signed: bytes) -> None:
    handle = key.handle
    assert isinstance(handle, ec.EllipticCurvePublicKey)
    order = handle.curve.group_order
    r, s = _split(signature, (order.bit_length() + 7) // 8) if raw else _decode(signature)
    if not (0 < r < order and 0 < s < order):
        raise malformed("r or s lies outside [1, n - 1]")
    handle.verify(encode_dss_signature(r, s) if raw else signature, signed, algorithm)


def _decode(signature: bytes) -> tuple[int, int]:
    try:
        return decode_dss_signature(signature)
    except ValueError:
        raise malformed("not an ECDSA signature in DER") from None


def _split(signature: bytes, width: int) -> tuple[int, int]:
    if len(signature) != 2 * width:
        raise malformed(f"{len(signature)} bytes where r and s take {2 * width}")
    return int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")


def _scheme(curve: str, name: str, *, raw: bool = False, explicit: bool = False) -> Scheme:
    hashing = _HASHES[name]
    return Scheme(
        f"ecdsa-{curve}-{name}{'-raw' if raw else ''}",
        (f"ecdsa-{curve}",),
        name,
        partial(_verify, ec.ECDSA(hashing), raw),
        partial(_verify, ec.ECDSA(Prehashed(hashing)), raw),
        explicit=raw or explicit,
    )


_IN_USE = (("p256", "sha256"), ("p384", "sha384"), ("p384", "sha256"), ("p521", "sha512"), ("p521", "sha256"))
_ALLOWED = (("p256", "sha384"), ("p256", "sha512"), ("p384", "sha512"), ("p521", "sha384"))

SCHEMES = (
    *(_scheme(curve, name) for curve, name in _IN_USE),
    *(_scheme(curve, name, raw=True) for curve, name in _IN_USE),
    *(_scheme(curve, name, explicit=True) for curve, name in _ALLOWED),
)
