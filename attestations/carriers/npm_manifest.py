"""npm's registry signatures: the manifest of one version, as the registry serves it (``/NAME/VERSION``).

    {"name": "@acme/endpoint", "version": "7.1.0",
     "dist": {"integrity": "sha512-…", "signatures": [{"keyid": "SHA256:…", "sig": "…"}]}}

Only what is signed is read: name, version and integrity. The tarball's address, its SHA-1 and all else are not.

Spec: https://docs.npmjs.com/about-registry-signatures; Subresource Integrity, https://www.w3.org/TR/SRI/
"""

from __future__ import annotations

from typing import Any

from ..bundles import Bundle, EnvelopeSignature, NoMaterial, PackageSignature
from ..strict_json import Node, decode_base64
from .carrier import Carrier, Reading, whole

_SHA512 = "sha512-"


def recognises(document: dict[str, Any]) -> bool:
    """Whether it is what npm calls a manifest."""
    return {"name", "version", "dist"} <= document.keys()


def read_manifest(node: Node, reading: Reading) -> Bundle:
    """Read a manifest. Its integrity must be one SHA-512, which is what every package has and what is signed.

    Raises:
        FormatFault: ``package.unsigned``, ``package.integrity``, ``package.malformed``, ``json.*``,
            ``base64.malformed``.
        LimitFault: ``limit.signatures``.
    """
    dist = node.field("dist")
    signatures = dist.given("signatures")
    if signatures is None or not signatures.array():
        raise dist.fault("package.unsigned", "a manifest without signatures of the registry", expected="signatures")
    reading.limits.check("signatures", len(signatures.array()), signatures.place)
    integrity = dist.field("integrity")
    content = PackageSignature(
        name=_word(node.field("name")),
        version=_word(node.field("version")),
        integrity=integrity.text(),
        sha512=_sha512(integrity),
        signatures=tuple(_signature(item) for item in signatures.items()),
    )
    return Bundle("npm-manifest", content, NoMaterial())


def _word(node: Node) -> str:
    """A text that cannot be taken for another split of the signed line; a scope begins with ``@``."""
    text = node.text()
    if not text or not text.isprintable() or {"@", ":"} & set(text[1:]) or text[0] == ":":
        raise node.fault("package.malformed", "not a package's name or version")
    return text


def _sha512(node: Node) -> str:
    text = node.text()
    try:
        digest = decode_base64(text.removeprefix(_SHA512)) if text.startswith(_SHA512) else b""
    except ValueError:
        digest = b""
    if len(digest) != 64:
        raise node.fault("package.integrity", "not the integrity of a package", expected="sha512- and its base64")
    return digest.hex()


def _signature(node: Node) -> EnvelopeSignature:
    keyid = node.given("keyid")
    value = node.field("sig").base64()
    if not value:
        raise node.fault("package.unsigned", "an empty signature")
    return EnvelopeSignature(value, keyid.text() if keyid is not None else "")


CARRIER = Carrier("npm-manifest", recognises, whole(read_manifest))
