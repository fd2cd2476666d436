"""Why nothing was signed.

SignerFault         signer.*              the signer looked and refused: asking again changes nothing
└── SignerAway      signer.unavailable    nobody looked: ask again later
"""

from __future__ import annotations

from attestations.faults import Fault


class SignerFault(Fault):
    """The signer does not sign this."""


class SignerAway(SignerFault):
    """The signer cannot be reached, or ended before it answered."""

    def __init__(self, detail: str) -> None:
        super().__init__("signer.unavailable", detail)
