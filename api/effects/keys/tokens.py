"""Keys in tokens: smart cards, HSMs, SoftHSM. The token signs, and the private key never leaves it.

    ecdsa-p256  ecdsa-p384  ecdsa-p521   CKM_ECDSA over a digest made here
    ed25519                              CKM_EDDSA over the message
    rsa                                  CKM_SHA256_RSA_PKCS over the message

The public key is read from the object that stands beside the private one, under the same id.

Spec: PKCS #11 v3.1, https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/pkcs11-spec-v3.1.html
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestations.faults import Fault
from verifier.keys import PublicKey, load_ed25519, load_spki
from verifier.signatures import Scheme, schemes_for

from ..faults import KeyFault
from .pins import PinSource
from .pkcs11_uri import TokenKey, parse_pkcs11_uri
from .signer import checked

if TYPE_CHECKING:
    import pkcs11


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """A private key in a token, with the session in which it may be used: by one thread at a time."""

    public_key: PublicKey
    scheme: Scheme
    _private: Any = field(repr=False, compare=False)
    _session: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        # A session has one operation under way (PKCS #11 v3.1, section 5.2): two at once would spoil each other.
        with self._session, _translated("signing.failed"):
            signature = _sign(self._private, self.scheme, message)
        return checked(signature, message, self.public_key, self.scheme)


def open_token(uri: str, pin: PinSource) -> TokenSigner:
    """The key that a PKCS #11 URI names.

    Raises:
        KeyFault: ``signing.uri``, ``signing.pin_in_uri``; ``signing.unavailable`` where the library is not installed;
            ``signing.token`` for a module or token that is not there, or not the only one; ``signing.key_missing``
            likewise for keys; ``signing.key_unsupported``, ``signing.pin_missing``, ``signing.pin_wrong``.
    """
    asked = parse_pkcs11_uri(uri)
    try:
        import pkcs11
    except ImportError:
        detail = "python-pkcs11 is not installed"
        raise KeyFault("signing.unavailable", detail, expected="pip install 'countersign[keys]'") from None
    with _translated("signing.token"):
        token = _token(pkcs11.lib(asked.module), asked)
        session = token.open(user_pin=_pin(token, pin))
        private = _only(session, asked, pkcs11.ObjectClass.PRIVATE_KEY, asked.object, asked.id)
        public = _public_key(_only(session, asked, pkcs11.ObjectClass.PUBLIC_KEY, None, private.id))
    return TokenSigner(public, schemes_for(public)[0], private)


@contextlib.contextmanager
def _translated(reason: str) -> Iterator[None]:
    """Turns what a token says into a `KeyFault`: ``signing.pin_wrong``, or `reason`."""
    from pkcs11 import exceptions as said

    try:
        yield
    except (said.PinIncorrect, said.PinInvalid, said.PinLenRange):
        raise KeyFault("signing.pin_wrong", "the token does not take the PIN") from None
    except said.PKCS11Error as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise KeyFault(reason, f"the token or its module refuses: {detail[:200]}") from None


def _token(module: Any, asked: TokenKey) -> pkcs11.Token:
    """The one initialised token that is as asked; trailing spaces are how PKCS #11 fills a field, and no part of it."""
    from pkcs11 import TokenFlag

    found: list[pkcs11.Token] = []
    for slot in module.get_slots(token_present=True):
        if asked.slot is not None and slot.slot_id != asked.slot:
            continue
        token = slot.get_token()
        wanted = (asked.token, asked.serial, asked.manufacturer, asked.model)
        serial = token.serial.decode("utf-8", "replace")
        actual = (token.label, serial, token.manufacturer_id, token.model)
        initialised = TokenFlag.TOKEN_INITIALIZED in token.flags
        if initialised and all(
            want is None or want == have.rstrip() for want, have in zip(wanted, actual, strict=True)
        ):
            found.append(token)
    if len(found) != 1:
        raise KeyFault("signing.token", f"{len(found)} tokens are as the URI says", expected="1")
    return found[0]


def _pin(token: pkcs11.Token, pin: PinSource) -> Any:
    """The PIN; or, where the token has a pad of its own to type it on, the sign to ask there."""
    import pkcs11

    if pkcs11.TokenFlag.PROTECTED_AUTHENTICATION_PATH in token.flags:
        return pkcs11.PROTECTED_AUTH
    return pin.pin(f"PIN of token {token.label.rstrip()}")


def _only(session: pkcs11.Session, asked: TokenKey, kind: Any, label: str | None, identifier: bytes | None) -> Any:
    import pkcs11

    wanted = {pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label, pkcs11.Attribute.ID: identifier}
    found = list(session.get_objects({name: value for name, value in wanted.items() if value is not None}))
    if len(found) != 1:
        what = "private" if kind == pkcs11.ObjectClass.PRIVATE_KEY else "public"
        name = asked.object if asked.object is not None else (asked.id or b"").hex()
        raise KeyFault("signing.key_missing", f"{len(found)} {what} keys go with {name!r}", expected="1")
    return found[0]


def _public_key(public: Any) -> PublicKey:
    import pkcs11

    attribute = pkcs11.Attribute
    try:
        kind = public.key_type
        if kind == pkcs11.KeyType.EC:
            from pkcs11.util.ec import encode_ec_public_key

            return load_spki(encode_ec_public_key(public))
        if kind == pkcs11.KeyType.EC_EDWARDS:
            return load_ed25519(public[attribute.EC_POINT][-32:])
        if kind == pkcs11.KeyType.RSA:
            numbers = (int.from_bytes(public[name], "big") for name in (attribute.PUBLIC_EXPONENT, attribute.MODULUS))
            handle = RSAPublicNumbers(*numbers).public_key()
            return load_spki(handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except (Fault, ValueError) as error:
        detail = error.detail if isinstance(error, Fault) else "its public key is malformed"
        raise KeyFault("signing.key_unsupported", detail) from None
    raise KeyFault("signing.key_unsupported", f"a key in a token of type {getattr(kind, 'name', kind)}")


def _sign(private: Any, scheme: Scheme, message: bytes) -> bytes:
    import pkcs11

    if scheme.name == "ed25519":
        return bytes(private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
    if scheme.name == "rsa-pkcs1-sha256":
        return bytes(private.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
    digest = hashlib.new(scheme.hash or "", message).digest()
    raw = bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
    middle = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:middle], "big"), int.from_bytes(raw[middle:], "big"))
