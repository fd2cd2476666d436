"""Keys that a cloud keeps: it signs, for whoever its own credentials are found around us.

    awskms:KEY_ID_OR_ARN                                 boto3
    gcpkms:projects/…/cryptoKeyVersions/1                google-cloud-kms
    azurekms://VAULT.vault.azure.net/keys/NAME           azure-identity, azure-keyvault-keys

securesystemslib speaks to them, each by the library beside it, which is installed with securesystemslib's own extra.
Its ML-DSA signs something else than the message, so such keys are refused.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from attestations.faults import Fault
from verifier.keys import PublicKey, load_pem
from verifier.signatures import Scheme, named

from ..faults import KeyFault
from .signer import checked

SCHEMES: Mapping[str, str] = {
    "ecdsa-sha2-nistp256": "ecdsa-p256-sha256",
    "ecdsa-sha2-nistp384": "ecdsa-p384-sha384",
    "ecdsa-sha2-nistp521": "ecdsa-p521-sha512",
    "rsa-pkcs1v15-sha256": "rsa-pkcs1-sha256",
    "rsa-pkcs1v15-sha384": "rsa-pkcs1-sha384",
    "rsa-pkcs1v15-sha512": "rsa-pkcs1-sha512",
    "rsassa-pss-sha256": "rsa-pss-sha256",
    "rsassa-pss-sha384": "rsa-pss-sha384",
    "rsassa-pss-sha512": "rsa-pss-sha512",
}
"""Our name of a scheme by securesystemslib's."""

_AZURE = re.compile(r"azurekms://([a-zA-Z0-9-]{3,24})\.vault\.azure\.net/keys/([a-zA-Z0-9-]{1,127})", re.ASCII)


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """A private key in a cloud."""

    public_key: PublicKey
    scheme: Scheme
    _cloud: Any = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        answer = _asked(lambda: self._cloud.sign(message))
        return checked(bytes.fromhex(answer.signature), message, self.public_key, self.scheme)


def open_kms(uri: str) -> KmsSigner:
    """The key that a cloud's URI names; the cloud is asked for its public key.

    Raises:
        KeyFault: ``signing.uri``; ``signing.unavailable`` where the cloud's library is not installed;
            ``signing.service`` where the cloud does not answer, or refuses; ``signing.key_unsupported``.
    """
    try:
        clouds = importlib.import_module("securesystemslib.signer")
    except ImportError:
        detail = "securesystemslib is not installed"
        raise KeyFault("signing.unavailable", detail, expected="pip install 'countersign[keys]'") from None
    found, key = _asked(lambda: _import(uri, clouds))
    try:
        scheme, public = named(SCHEMES[key.scheme]), load_pem(key.keyval["public"].encode("utf-8"))
    except KeyError:
        raise KeyFault("signing.key_unsupported", f"the cloud's key signs with {key.scheme!r}") from None
    except Fault as fault:
        raise KeyFault("signing.key_unsupported", fault.detail) from None
    return KmsSigner(public, scheme, _asked(lambda: clouds.Signer.from_priv_key_uri(found, key)))


def _import(uri: str, clouds: Any) -> Any:
    """The URI by which securesystemslib finds the key, and the public key as it has it."""
    scheme, _, rest = uri.partition(":")
    if scheme == "awskms" and rest:
        return clouds.AWSSigner.import_(rest)
    if scheme == "gcpkms" and rest:
        return clouds.GCPSigner.import_(rest)
    azure = _AZURE.fullmatch(uri)
    if azure is None:
        raise KeyFault("signing.uri", "not the URI of a key in a cloud", expected="awskms:…, gcpkms:… or azurekms://…")
    return clouds.AzureSigner.import_(azure[1], azure[2])


def _asked(question: Callable[[], Any]) -> Any:
    """What the cloud answers to `question`."""
    from securesystemslib.exceptions import UnsupportedLibraryError

    try:
        return question()
    except Fault:
        raise
    except UnsupportedLibraryError as error:
        raise KeyFault("signing.unavailable", str(error)) from None
    except Exception as error:  # noqa: BLE001  # each cloud's library has a tree of errors of its own
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise KeyFault("signing.service", f"the cloud gives none: {detail}") from None
