"""CMS SignedData: who says to have signed which content, as carried; nothing is checked.

    ContentInfo ── SignedData ─┬─ encapContentInfo   content type, content
                               ├─ certificates       a bag in any order, each may be anybody's
                               └─ signerInfos        one each: which certificate, signed attributes, signature

The signature of a signer with signed attributes covers those attributes re-tagged as a SET (`signed`), and they hold
the digest of the content: the caller checks both. DER only.

Spec: RFC 5652 sections 3 and 5, https://www.rfc-editor.org/rfc/rfc5652#section-5
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .der import OCTET_STRING, SEQUENCE, SET, Element, Reader

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"


class Signer(Struct, frozen=True):
    """One SignerInfo.

    The certificate is named by `issuer` (a Name, DER) and `serial`, or by `key_identifier`; the other is b"" or None.
    `digest_algorithm` and `signature_algorithm` are dotted; `signature_parameters` the parameters as received, DER.
    `signed` is what the signature covers, b"" where there are no signed attributes; `attributes` has the values (DER)
    of each signed attribute by type.
    """

    issuer: bytes
    serial: int | None
    key_identifier: bytes
    digest_algorithm: str
    signed: bytes
    attributes: Mapping[str, tuple[bytes, ...]]
    signature_algorithm: str
    signature_parameters: bytes
    signature: bytes


class SignedData(Struct, frozen=True):
    """A SignedData with its content. `certificates` are as received, DER, in their order."""

    content_type: str
    content: bytes
    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


def parse_signed_data(content_info: Reader, reason: str) -> SignedData:
    """Read the ContentInfo that comes next.

    Raises:
        FormatFault: `reason`.
    """
    outer = content_info.within(SEQUENCE)
    if outer.oid() != SIGNED_DATA:
        raise outer.fault("a content type that is not SignedData")
    explicit = outer.within(0xA0)
    outer.finish()
    data = explicit.within(SEQUENCE)
    explicit.finish()
    data.integer()
    data.element(SET)  # digestAlgorithms: a hint for one-pass readers
    encapsulated = data.within(SEQUENCE)
    content_type = encapsulated.oid()
    holder = encapsulated.within(0xA0)
    encapsulated.finish()
    content = holder.element(OCTET_STRING).content
    holder.finish()
    certificates = _elements(data.optional(0xA0), reason)
    data.optional(0xA1)  # crls
    signers = tuple(_signer(Reader(each, reason), reason) for each in _elements(data.element(SET), reason))
    data.finish()
    return SignedData(content_type, content, certificates, signers)


def _elements(container: Element | None, reason: str) -> tuple[bytes, ...]:
    if container is None:
        return ()
    reader = Reader(container.content, reason)
    found = []
    while reader.more:
        found.append(reader.any().whole)
    return tuple(found)


def _signer(reader: Reader, reason: str) -> Signer:
    info = reader.within(SEQUENCE)
    info.integer()
    issuer, serial, key_identifier = b"", None, b""
    if info.next_tag == SEQUENCE:
        sid = info.within(SEQUENCE)
        issuer, serial = sid.element(SEQUENCE).whole, sid.integer()
        sid.finish()
    else:
        key_identifier = info.element(0x80).content
    digest_algorithm, _ = algorithm(info)
    signed = info.optional(0xA0)
    signature_algorithm, parameters = algorithm(info)
    signature = info.element(OCTET_STRING).content
    info.optional(0xA1)  # unsigned attributes: anybody's
    info.finish()
    return Signer(
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest_algorithm=digest_algorithm,
        signed=b"" if signed is None else b"\x31" + signed.whole[1:],
        attributes={} if signed is None else _attributes(signed, reason),
        signature_algorithm=signature_algorithm,
        signature_parameters=parameters,
        signature=signature,
    )


def _attributes(signed: Element, reason: str) -> Mapping[str, tuple[bytes, ...]]:
    reader = Reader(signed.content, reason)
    attributes: dict[str, tuple[bytes, ...]] = {}
    while reader.more:
        attribute = reader.within(SEQUENCE)
        kind = attribute.oid()
        if kind in attributes:
            raise attribute.fault(f"signed attribute {kind} twice")
        attributes[kind] = _elements(attribute.element(SET), reason)
        attribute.finish()
    return attributes


def algorithm(reader: Reader) -> tuple[str, bytes]:
    """The next AlgorithmIdentifier: its dotted name, and its parameters as received (b"" where absent)."""
    identifier = reader.within(SEQUENCE)
    name = identifier.oid()
    parameters = identifier.any().whole if identifier.more else b""
    identifier.finish()
    return name, parameters
