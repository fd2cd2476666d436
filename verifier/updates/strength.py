"""How strong the keys are that signed, so that an update under weaker ones than before is noticed.

    3   ML-DSA                 2   ECDSA over P-384 or P-521, Ed25519
    1   ECDSA over P-256, RSA  0   none

The order says which step back must be explained by somebody, and not which key can be broken.

Spec: countersign design, section 5; attacks, U14
"""

from __future__ import annotations

from collections.abc import Iterable

_STRONGEST = ("ml-dsa",)
_STRONG = ("ed25519", "ecdsa-p384", "ecdsa-p521")
_COMMON = ("ecdsa-p256", "rsa")


def strength_of(algorithms: Iterable[str]) -> int:
    """The strength of the strongest of keys of these `algorithms`, by `verifier.keys`' names of them; 0 for none."""
    return max(map(_strength, algorithms), default=0)


def _strength(algorithm: str) -> int:
    for strength, families in ((3, _STRONGEST), (2, _STRONG), (1, _COMMON)):
        if algorithm.startswith(families):
            return strength
    return 0
