"""From a key's URI to the key: which scheme means which kind of place."""

from __future__ import annotations

import re

from ..faults import KeyFault
from .files import open_file
from .pins import PinSource
from .signer import Signer

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


KMS = ("awskms", "gcpkms", "azurekms")


def open_signer(uri: str, pin: PinSource) -> Signer:
    """The key that `uri` names, ready to sign; `pin` is asked where the key wants a passphrase or PIN.

    What has no scheme is a path. (A single letter and a colon is a drive, not a scheme.)

    Raises:
        KeyFault: ``signing.uri``, and what the kind of key raises.
        InputFault: ``input.*``, where a file cannot be read.
    """
    match = _SCHEME.match(uri)
    scheme = match[0][:-1] if match is not None else ""
    if scheme in {"", "file"}:
        return open_file(uri.removeprefix("file:"), pin)
    if scheme == "pkcs11":
        from .tokens import open_token

        return open_token(uri, pin)
    if scheme in KMS:
        from .kms import open_kms

        return open_kms(uri)
    raise KeyFault(
        "signing.uri", f"no key is found by {scheme[:32]!r}", expected=f"a path, file:, pkcs11:, {':, '.join(KMS)}:"
    )
