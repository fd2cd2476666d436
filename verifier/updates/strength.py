"""How strong a signature scheme is, so that an update under a weaker one than before is noticed.

    3   ML-DSA                                     2   ECDSA with SHA-384 or SHA-512, Ed25519, RSA-PSS
    1   ECDSA with SHA-256, RSA PKCS #1 v1.5       0   anything that policies do not ask for

The order says which step back must be explained by somebody, and not which scheme can be broken.

Spec: countersign design, section 5; attacks, U14
"""

from __future__ import annotations

from collections.abc import Iterable

_STRONGEST = ("ml-dsa",)
_STRONG = ("ed25519", "ecdsa-p384", "ecdsa-p521", "rsa-pss")
_COMMON = ("ecdsa-p256", "rsa-pkcs1")


def strength_of(schemes: Iterable[str]) -> int:
    """The strength of the strongest of `schemes`, by our names of them; 0 for none."""
    return max(map(_strength, schemes), default=0)


def _strength(scheme: str) -> int:
    for strength, families in ((3, _STRONGEST), (2, _STRONG), (1, _COMMON)):
        if scheme.startswith(families):
            return strength
    return 0
