"""Functionaries' keys as layouts spell them. They are as good as the signature over the layout.

    {"keytype": "rsa"|"ecdsa"|…, "scheme": "rsassa-pss-sha256", "keyval": {"public": "-----BEGIN PUBLIC KEY-----…"}}
    {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "<64 hex digits>"}}
    {"type": "rsa", "method": "pgp+rsa-pkcsv1.5", "keyval": {"public": {"n": "<hex>", "e": "<hex>"}},
     "creation_time": …, "validity_period": …, "subkeys": {…}}

A key id is a name inside the layout and nothing else: parties are counted by key material (T24, T25). Subkeys of an
OpenPGP key belong to it: whoever holds one speaks for the same party.

Spec: in-toto specification, section 4.2.1 (key formats)
"""

from __future__ import annotations

from msgspec import Struct

from ..strict_json import Node


class PlainKey(Struct, frozen=True):
    """A key by its PEM text, or by the hex of its 32 bytes where it is Ed25519."""

    scheme: str
    public: str


class OpenPgpKey(Struct, frozen=True):
    """An RSA key out of an OpenPGP key: `modulus` and `exponent` in hex, `expires` in Unix seconds.

    `method` says how it signs; the only one read is ``pgp+rsa-pkcsv1.5``. `expires` is None for a key without an end.
    """

    keyid: str
    method: str
    modulus: str
    exponent: str
    expires: int | None


class LayoutKey(Struct, frozen=True):
    """One entry of a layout's keys: its id there, and the keys of the one party that it stands for.

    `keys` has the main key first, then its subkeys; it is empty where the entry is of a kind that is not read.
    """

    keyid: str
    keys: tuple[PlainKey | OpenPgpKey, ...]


def parse_keys(node: Node) -> tuple[LayoutKey, ...]:
    """The keys of an object by key id. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    return tuple(parse_key(keyid, key) for keyid, key in node.members())


def parse_key(keyid: str, node: Node) -> LayoutKey:
    """One key. Raises as `parse_keys`."""
    if node.get("method") is not None:
        subkeys = node.given("subkeys")
        below = [_openpgp(name, key) for name, key in subkeys.members()] if subkeys is not None else []
        return LayoutKey(keyid, (_openpgp(keyid, node), *below))
    public = node.field("keyval").given("public")
    if public is None or not public.text():
        return LayoutKey(keyid, ())
    return LayoutKey(keyid, (PlainKey(node.field("scheme").text(), public.text()),))


def _openpgp(keyid: str, node: Node) -> OpenPgpKey:
    public = node.field("keyval").field("public")
    method = node.field("method").text()
    modulus, exponent = public.get("n"), public.get("e")
    created, valid = node.given("creation_time"), node.given("validity_period")
    return OpenPgpKey(
        keyid=keyid,
        method=method,
        modulus=modulus.text() if modulus is not None else "",
        exponent=exponent.text() if exponent is not None else "",
        expires=created.int64() + valid.int64() if created is not None and valid is not None else None,
    )
