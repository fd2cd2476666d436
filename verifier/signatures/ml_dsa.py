"""ML-DSA over the message itself, with the empty context.

The pure form only: what Sigstore and C2SP call ML-DSA. The prehashed form (HashML-DSA) is another scheme.

Spec: FIPS 204 section 5.3 (ML-DSA.Verify), https://csrc.nist.gov/pubs/fips/204/final
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import mldsa

from ..keys import PublicKey
from .schemes import Scheme, malformed

_SIZES = {"ml-dsa-44": 2420, "ml-dsa-65": 3309, "ml-dsa-87": 4627}


def _verify(key: PublicKey, signature: bytes, message: bytes) -> None:
    handle = key.handle
    assert isinstance(handle, mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey)
    size = _SIZES[key.algorithm]
    if len(signature) != size:
        raise malformed(f"{len(signature)} bytes where a signature by this key takes {size}")
    handle.verify(signature, message)


SCHEMES = tuple(Scheme(name, (name,), None, _verify, None) for name in _SIZES)
