"""Private keys: where they are is a URI, and what they do is sign. Nothing here ever gives a private key away.

    file:PATH, or PATH                PKCS#8 in PEM, encrypted or not        files
    pkcs11:token=…;object=…           a key in a token, RFC 7512             tokens, pkcs11_uri
    awskms: gcpkms: azurekms:         a key that a cloud keeps               kms

Passphrases and PINs come from a `PinSource` when a key asks for one: typed, over a descriptor, from pinentry. They are
never an argument and never in the environment, where other processes see them. Each signature is checked under the
signer's public key before anybody gets it.
"""

from __future__ import annotations

from .dsse import sign_envelope
from .opening import open_signer
from .pins import PinSource
from .signer import Signer

__all__ = ["PinSource", "Signer", "open_signer", "sign_envelope"]
