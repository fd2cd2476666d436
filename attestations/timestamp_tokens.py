"""RFC 3161 timestamps: a token, or the response that brought it; read, not checked.

    TimeStampResp ─┬─ status               granted, or no token
                   └─ TimeStampToken       a CMS SignedData (`cms`) whose content is a
                                           TSTInfo: policy, imprint of the message, serial number, time, accuracy

Spec: RFC 3161 section 2.4.2, https://www.rfc-editor.org/rfc/rfc3161#section-2.4.2
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from .cms import SignedData, algorithm, parse_signed_data
from .der import INTEGER, OCTET_STRING, OID, SEQUENCE, Reader
from .faults import FormatFault
from .strict_json import shown

TST_INFO = "1.2.840.113549.1.9.16.1.4"
"""id-ct-TSTInfo."""

GRANTED = (0, 1)
"""granted, grantedWithMods: the statuses that come with a token. What was modified is in the token itself."""

_MALFORMED = "time.malformed"


class TstInfo(Struct, frozen=True):
    """What the authority signed.

    `imprint` is the digest of the message under `imprint_algorithm` (dotted); `time` is UTC; `accuracy` says how far
    the time may be off either way, None where the authority does not say. `extensions` are (dotted, critical).
    """

    policy: str
    imprint_algorithm: str
    imprint: bytes
    serial: int
    time: datetime.datetime
    accuracy: datetime.timedelta | None
    extensions: tuple[tuple[str, bool], ...]


class TimestampToken(Struct, frozen=True):
    """A token: the signed data around it, and what it says."""

    signed: SignedData
    info: TstInfo


def parse_timestamp(data: bytes) -> TimestampToken:
    """Read a TimeStampToken, or the TimeStampResp around one (DER, no byte more).

    Raises:
        FormatFault: ``time.malformed``; ``time.refused`` for a response whose status is not granted;
            ``time.unsupported`` for a TSTInfo that is not version 1.
    """
    reader = Reader(data, _MALFORMED)
    if _is_response(data):
        response = reader.within(SEQUENCE)
        _check_status(response.within(SEQUENCE))
        signed = parse_signed_data(response, _MALFORMED)
        response.finish()
    else:
        signed = parse_signed_data(reader, _MALFORMED)
    reader.finish()
    if signed.content_type != TST_INFO:
        raise FormatFault(
            _MALFORMED, "signed data that holds no timestamp", expected=TST_INFO, actual=signed.content_type
        )
    return TimestampToken(signed, _parse_info(signed.content))


def _is_response(data: bytes) -> bool:
    """A token begins with an object identifier, a response with a sequence."""
    return Reader(data, _MALFORMED).within(SEQUENCE).next_tag != OID


def _check_status(status: Reader) -> None:
    granted = status.integer()
    if granted not in GRANTED:
        raise FormatFault(
            "time.refused", "the timestamp authority refused to give a timestamp", expected="0", actual=shown(granted)
        )


def _parse_info(content: bytes) -> TstInfo:
    outer = Reader(content, _MALFORMED)
    info = outer.within(SEQUENCE)
    outer.finish()
    version = info.integer()
    if version != 1:
        raise FormatFault(
            "time.unsupported", "a timestamp of a version that is not read", expected="1", actual=shown(version)
        )
    policy = info.oid()
    imprint = info.within(SEQUENCE)
    imprint_algorithm, _ = algorithm(imprint)
    digest = imprint.element(OCTET_STRING).content
    imprint.finish()
    serial = info.integer()
    time = info.generalized_time()
    accuracy = _accuracy(info.within(SEQUENCE)) if info.next_tag == SEQUENCE else None
    if info.next_tag == 0x01:
        info.boolean()  # ordering
    if info.next_tag == INTEGER:
        info.integer()  # nonce: binds a response to its request, which we did not make
    info.optional(0xA0)  # tsa: a hint at the authority's name
    extensions = _extensions(info.within(0xA1)) if info.next_tag == 0xA1 else ()
    info.finish()
    return TstInfo(policy, imprint_algorithm, digest, serial, time, accuracy, extensions)


def _accuracy(reader: Reader) -> datetime.timedelta:
    """Seconds, then milliseconds and microseconds of 1 to 999 each; what is absent is 0."""
    seconds = reader.integer() if reader.next_tag == INTEGER else 0
    parts = []
    for tag in (0x80, 0x81):
        part = reader.optional(tag)
        value = 0 if part is None else int.from_bytes(part.content, "big")
        if part is not None and not 1 <= value <= 999:
            raise reader.fault("an accuracy out of range")
        parts.append(value)
    reader.finish()
    if not 0 <= seconds < 1 << 31:
        raise reader.fault("an accuracy out of range")
    return datetime.timedelta(seconds=seconds, milliseconds=parts[0], microseconds=parts[1])


def _extensions(reader: Reader) -> tuple[tuple[str, bool], ...]:
    found = []
    while reader.more:
        extension = reader.within(SEQUENCE)
        name = extension.oid()
        critical = extension.boolean() if extension.next_tag == 0x01 else False
        extension.element(OCTET_STRING)
        extension.finish()
        found.append((name, critical))
    return tuple(found)
