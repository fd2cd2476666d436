"""Signing without a key of one's own: Sigstore certifies a key for some minutes, for whom CI says that we are.

Needs the network, and a CI system that gives its jobs an identity token. No token is ever asked of a person here: a
release is signed by the workflow that makes it, or under a key.
"""

from __future__ import annotations

from typing import Protocol

from .faults import KeyFault


class Keyless(Protocol):
    """Somebody who signs for the identity that our surroundings prove."""

    def sign(self, statement: bytes) -> bytes:
        """A Sigstore bundle, as JSON, around exactly these bytes of an in-toto statement.

        Raises:
            KeyFault: ``signing.no_identity``, ``signing.service``.
        """
        ...


class SigstoreKeyless:
    """Sigstore's public instance."""

    def sign(self, statement: bytes) -> bytes:
        from sigstore.dsse import Statement
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import IdentityError, IdentityToken, detect_credential
        from sigstore.sign import SigningContext

        try:
            credential = detect_credential()
        except IdentityError as error:
            raise KeyFault("signing.no_identity", f"CI gives no identity token: {_line(error)}") from None
        if credential is None:
            raise KeyFault("signing.no_identity", "nothing around us gives an identity token")
        try:
            context = SigningContext.from_trust_config(ClientTrustConfig.production())
            with context.signer(IdentityToken(credential)) as signer:
                return signer.sign_dsse(Statement(statement)).to_json().encode("utf-8")
        except Exception as error:  # noqa: BLE001  # Sigstore's, TUF's and the network's errors have no common root
            raise KeyFault("signing.service", f"Sigstore did not sign: {_line(error)}") from None


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
