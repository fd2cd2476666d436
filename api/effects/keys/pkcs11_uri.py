"""PKCS #11 URIs: which key, in which token, by which module.

    pkcs11:token=acme;object=release?module-path=/usr/lib/softhsm/libsofthsm2.so

Every attribute once, percent-encoded as UTF-8 (``id`` as bytes). An attribute that is not known is refused: it would
narrow the choice, and to pass over it could choose another key. So is a PIN: the URI stands in lists of processes.

Spec: RFC 7512 sections 2.3 and 2.4, https://www.rfc-editor.org/rfc/rfc7512
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from ..faults import KeyFault

SCHEME = "pkcs11:"

SYSTEM_MODULE = "p11-kit-proxy.so"
"""The module of a URI that names none: the one through which p11-kit gives all that a system has configured."""

_PATH = ("token", "manufacturer", "serial", "model", "object", "id", "type", "slot-id")
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:\[\]@!$'()*+,=&/?|-]|%[0-9A-Fa-f]{2})*", re.ASCII)


class TokenKey(Struct, frozen=True):
    """Where a key is; None is not asked for. `id` are the bytes of its CKA_ID, `object` is its label."""

    module: str
    token: str | None
    manufacturer: str | None
    serial: str | None
    model: str | None
    slot: int | None
    object: str | None
    id: bytes | None


def parse_pkcs11_uri(uri: str) -> TokenKey:
    """What `uri` asks for; at least a label or an id of a key.

    Raises:
        KeyFault: ``signing.uri``; ``signing.pin_in_uri`` for one that holds a PIN, or says where it is.
    """
    path, _, query = uri[len(SCHEME) :].partition("?")
    asked = _attributes(path, ";")
    options = _attributes(query, "&")
    for name in ("pin-value", "pin-source"):
        if name in options or name in asked:
            raise KeyFault("signing.pin_in_uri", f"{name} in the URI of a key")
    _only(asked, _PATH)
    _only(options, ("module-path",))
    if asked.get("type", b"private") != b"private":
        raise _malformed("a key that signs is a private one", expected="type=private, or no type")
    if not asked.get("object") and not asked.get("id"):
        raise _malformed("no key is named", expected="object=LABEL or id=BYTES")
    return TokenKey(
        module=_module(options),
        token=_text(asked, "token"),
        manufacturer=_text(asked, "manufacturer"),
        serial=_text(asked, "serial"),
        model=_text(asked, "model"),
        slot=_slot(asked),
        object=_text(asked, "object"),
        id=asked.get("id"),
    )


def _attributes(text: str, separator: str) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if not (name and equals and _CHARACTERS.fullmatch(value)):
            raise _malformed(f"{part[:32]!r} is no attribute", expected="name=value, percent-encoded")
        if name in found:
            raise _malformed(f"{name[:32]} stands there twice")
        found[name] = unquote_to_bytes(value)
    return found


def _only(attributes: Mapping[str, bytes], known: tuple[str, ...]) -> None:
    for name in attributes:
        if name not in known:
            raise _malformed(f"{name[:32]!r} is not read", expected=", ".join(known))


def _text(attributes: Mapping[str, bytes], name: str) -> str | None:
    if name not in attributes:
        return None
    try:
        return attributes[name].decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(f"{name} is no UTF-8") from None


def _slot(attributes: Mapping[str, bytes]) -> int | None:
    text = attributes.get("slot-id")
    if text is None:
        return None
    if not re.fullmatch(rb"[0-9]{1,20}", text):
        raise _malformed("slot-id is no number")
    return int(text)


def _module(options: Mapping[str, bytes]) -> str:
    """A module by its whole path, so that nothing on a search path can take its place; or the system's own."""
    path = _text(options, "module-path")
    if path is None:
        return SYSTEM_MODULE
    if not re.match(r"/|[A-Za-z]:[/\\]", path):
        raise _malformed("the path of a module that depends on where we are", expected="an absolute module-path")
    return path


def _malformed(detail: str, *, expected: str | None = None) -> KeyFault:
    return KeyFault("signing.uri", detail, expected=expected)
