"""Who may do the steps of a layout: its keys ready to check with, and the party that each key belongs to.

    party    a group of the policy, where the policy pins one of the keys; else all entries that share key material

One key under two ids, or in two spellings, is one party, and so is an OpenPGP key with its subkeys (T24, T25). An entry
whose key cannot be used signs nothing and stops nobody else.

Spec: in-toto specification, section 4.3.1 (threshold); countersign design, section 2 (Group)
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from attestations.bundles import Envelope, Metablock
from attestations.digests import Digest
from attestations.dsse import pae
from attestations.faults import FormatFault
from attestations.layouts.keys import LayoutKey, OpenPgpKey, PlainKey
from attestations.strict_json import shown

from ..faults import SignatureFault, TimeFault
from ..keys import PublicKey, load_ed25519, load_pem, load_spki
from ..signatures import Scheme, named, verify
from .openpgp import verify_openpgp


class Usable(Struct, frozen=True):
    """A key to check with. `scheme` is None for one out of OpenPGP, whose signatures name their hash themselves."""

    key: PublicKey
    scheme: Scheme | None
    expires: int | None = None


class Functionary(Struct, frozen=True):
    """One entry of a layout's keys: its id, the party it stands for, and its keys that can be used.

    `faults` say why its other keys cannot.
    """

    keyid: str
    party: str
    keys: tuple[Usable, ...]
    faults: tuple[SignatureFault | FormatFault, ...] = ()


def functionaries(keys: Iterable[LayoutKey], groups: Mapping[Digest, str]) -> dict[str, Functionary]:
    """The functionaries by key id. `groups` are the parties that the policy knows, by key.

    A step may name a subkey by its own id: then that key signs and no other, for the party that it belongs to.
    """
    entries = {entry.keyid: entry for key in keys for entry in (*_subkeys(key), key)}
    loaded = [_load(entry) for entry in entries.values()]
    parties = _parties(loaded, groups)
    return {item.keyid: Functionary(item.keyid, parties[item.keyid], item.keys, item.faults) for item in loaded}


def _subkeys(key: LayoutKey) -> Iterator[LayoutKey]:
    for subkey in key.keys[1:]:
        if isinstance(subkey, OpenPgpKey):
            yield LayoutKey(subkey.keyid, (subkey,))


def _load(key: LayoutKey) -> Functionary:
    usable: list[Usable] = []
    faults: list[SignatureFault | FormatFault] = []
    for one in key.keys:
        try:
            usable.append(_plain(one) if isinstance(one, PlainKey) else _openpgp(one))
        except (SignatureFault, FormatFault) as fault:
            faults.append(fault)
    return Functionary(key.keyid, "", tuple(usable), tuple(faults))


SCHEMES: Mapping[str, str] = {
    "ed25519": "ed25519",
    "ecdsa-sha2-nistp256": "ecdsa-p256-sha256",
    "ecdsa-sha2-nistp384": "ecdsa-p384-sha384",
    "ecdsa-sha2-nistp521": "ecdsa-p521-sha512",
    **{f"rsassa-pss-{name}": f"rsa-pss-{name}-any-salt" for name in ("sha224", "sha256", "sha384", "sha512")},
    **{f"rsa-pkcs1v15-{name}": f"rsa-pkcs1-{name}" for name in ("sha224", "sha256", "sha384", "sha512")},
}
"""in-toto's names of signature schemes, and ours."""


def _plain(key: PlainKey) -> Usable:
    scheme = SCHEMES.get(key.scheme)
    if scheme is None:
        raise SignatureFault("signature.scheme_unsupported", f"signature scheme {shown(key.scheme)} is not read")
    if key.scheme == "ed25519" and not key.public.startswith("-----"):
        return Usable(load_ed25519(_number(key.public, 32)), named(scheme))
    return Usable(load_pem(key.public.encode("utf-8")), named(scheme))


def _openpgp(key: OpenPgpKey) -> Usable:
    if key.method != "pgp+rsa-pkcsv1.5":
        raise SignatureFault("key.unsupported", f"an OpenPGP key of method {shown(key.method)}")
    numbers = (int.from_bytes(_number(text, None), "big") for text in (key.exponent, key.modulus))
    try:
        handle = RSAPublicNumbers(*numbers).public_key()
    except ValueError:
        raise SignatureFault("key.malformed", "numbers that make no RSA key") from None
    return Usable(load_spki(handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)), None, key.expires)


def _number(text: str, size: int | None) -> bytes:
    try:
        value = bytes.fromhex(text) if len(text) <= _LONGEST else b""
    except ValueError:
        value = b""
    if not value or (size is not None and len(value) != size):
        raise SignatureFault("key.malformed", "not the hex digits of a key")
    return value


_LONGEST = 2 * 1024
"""Hex digits of an RSA modulus of 8,192 bits."""


class _Party(Struct, frozen=True):
    """Entries that belong together, and by what: keys, and groups of the policy."""

    keyids: frozenset[str]
    marks: frozenset[str]


def _parties(loaded: list[Functionary], groups: Mapping[Digest, str]) -> dict[str, str]:
    """The name of each key id's party: its group where the policy knows one, else the least of its keys."""
    parties: list[_Party] = []
    for item in loaded:
        fingerprints = {usable.key.fingerprint for usable in item.keys}
        marks = {str(one) for one in fingerprints} | {groups[one] for one in fingerprints if one in groups}
        own = _Party(frozenset({item.keyid}), frozenset(marks or {f"key id {shown(item.keyid)}"}))
        for party in [party for party in parties if party.marks & own.marks]:
            parties.remove(party)
            own = _Party(own.keyids | party.keyids, own.marks | party.marks)
        parties.append(own)
    named_groups = set(groups.values())
    return {
        keyid: min(party.marks & named_groups or party.marks) for party in parties for keyid in sorted(party.keyids)
    }


def verify_by(content: Envelope | Metablock, functionary: Functionary, now: datetime.datetime) -> None:
    """Prove that one of the functionary's keys signed `content`. A key id in a signature chooses nothing (T25).

    Raises:
        SignatureFault: ``signature.invalid``, ``signature.malformed``.
        TimeFault: ``time.outside_key_window``: signed by a key that has expired by `now`.
    """
    fault: SignatureFault | None = None
    for usable, index in itertools.product(functionary.keys, range(len(content.signatures))):
        try:
            _verify(content, index, usable)
        except SignatureFault as refusal:
            fault = fault or refusal
        else:
            _check_not_expired(usable, now)
            return
    raise fault or SignatureFault("key.unsupported", f"no key of {shown(functionary.keyid)} can be used")


def _check_not_expired(usable: Usable, now: datetime.datetime) -> None:
    if usable.expires is not None and usable.expires < now.timestamp():
        raise TimeFault(
            "time.outside_key_window",
            "signed by a key that has expired",
            expected=f"until {usable.expires} seconds of Unix time",
            actual=str(now),
        )


def _verify(content: Envelope | Metablock, index: int, usable: Usable) -> None:
    if isinstance(content, Envelope):
        covered = pae(content.payload_type, content.payload)
        verify(usable.key, content.signatures[index].value, covered, scheme=usable.scheme)
        return
    signature = content.signatures[index]
    if bool(signature.headers) is not (usable.scheme is None):
        raise SignatureFault("signature.invalid", "a signature of OpenPGP's by a key that is none, or the reverse")
    if signature.headers:
        verify_openpgp(usable.key, signature, content.canonical)
    else:
        verify(usable.key, signature.value, content.canonical, scheme=usable.scheme)
