"""Why nothing was signed.

SignerFault         signer.*                      the signer looked and refused: asking again changes nothing
└── SignerAway      signer.unavailable            nobody looked: ask again later
                    signer.key_expired            … when there is a new key
                    signer.time                   … when the clocks agree
"""

from __future__ import annotations

from attestations.faults import Fault


class SignerFault(Fault):
    """The signer does not sign this."""


class SignerAway(SignerFault):
    """The signer cannot sign now, whatever it is asked to sign."""

    def __init__(self, detail: str, *, reason: str = "signer.unavailable") -> None:
        super().__init__(reason, detail)


AWAY = frozenset({"signer.unavailable", "signer.key_expired", "signer.time"})
"""The reasons that pass."""
