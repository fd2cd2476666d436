"""DER: one spelling of each value. The oracle is `asn1crypto` for what we accept, the rule for what we do not."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from asn1crypto import core, parser
from hypothesis import given
from hypothesis import strategies as st

from attestations.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    NULL,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTF8_STRING,
    Reader,
    parse_utf8_string,
)
from attestations.faults import FormatFault

REASON = "time.malformed"


def reader(data: bytes) -> Reader:
    return Reader(data, REASON)


def refused(read: Callable[[Reader], object], data: bytes) -> FormatFault:
    with pytest.raises(FormatFault) as met:
        read(reader(data))
    assert met.value.reason == REASON
    return met.value


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


@given(st.integers(min_value=-(1 << 200), max_value=1 << 200))
def test_an_integer_is_read_as_others_write_it(value: int) -> None:
    assert reader(core.Integer(value).dump()).integer() == value


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\x00\x7f", b"\xff\x80", b"\xff\xff"])
def test_t95_an_integer_in_more_octets_than_it_needs_is_refused(content: bytes) -> None:
    refused(Reader.integer, element(INTEGER, content))


@given(
    st.integers(0, 2).flatmap(
        lambda first: st.tuples(
            st.just(first),
            st.integers(0, 39 if first < 2 else 1 << 40),
            st.lists(st.integers(0, (1 << 62)), max_size=2),
        )
    )
)
def test_an_object_identifier_is_read_as_others_write_it(arcs: tuple[int, int, list[int]]) -> None:
    dotted = ".".join(map(str, (arcs[0], arcs[1], *arcs[2])))
    assert reader(core.ObjectIdentifier(dotted).dump()).oid() == dotted


@pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2a\x80\x01", b"\x2a\x86", b"\x2a" * 33,
                                     b"\x2a" + b"\xff" * 12 + b"\x7f"])  # fmt: skip
def test_t95_an_object_identifier_that_is_padded_cut_off_or_huge_is_refused(content: bytes) -> None:
    refused(Reader.oid, element(OID, content))


@pytest.mark.parametrize("data", [
    b"",
    b"\x30",
    b"\x30\x80\x00\x00",
    b"\x30\x81\x01\x00",
    b"\x30\x82\x00\x80" + bytes(128),
    b"\x30\x85\x00\x00\x00\x00\x01\x00",
    b"\x30\x84\xff\xff\xff\xff\x00",
    b"\x30\xff" + b"\xff" * 20,
    b"\x30\x02\x00",
    b"\x31\x00",
])  # fmt: skip
def test_t95_a_length_is_definite_shortest_and_there(data: bytes) -> None:
    refused(lambda each: each.within(SEQUENCE), data)


def test_t95_a_tag_of_more_than_one_octet_is_refused() -> None:
    refused(Reader.any, b"\x1f\x81\x01\x00")
    refused(Reader.any, b"")


def test_t95_bytes_after_the_end_are_refused() -> None:
    read = reader(b"\x05\x00\x00")
    assert read.any().tag == NULL
    with pytest.raises(FormatFault, match="1 bytes too many"):
        read.finish()


@pytest.mark.parametrize("content", [b"", b"\x01", b"\xff\xff"])
def test_t95_a_boolean_is_one_of_two(content: bytes) -> None:
    refused(Reader.boolean, element(BOOLEAN, content))
    assert reader(element(BOOLEAN, b"\xff")).boolean() is True
    assert reader(element(BOOLEAN, b"\x00")).boolean() is False


@given(st.datetimes())
def test_a_time_is_read_to_the_microsecond(moment: datetime.datetime) -> None:
    text = moment.strftime("%m%d%H%M%S") + (f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else "")
    content = f"{moment.year:04d}{text}Z".encode()
    assert reader(element(GENERALIZED_TIME, content)).generalized_time() == moment.replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize("content", [
    b"20260302110400", b"20260302110400+0000", b"202603021104Z", b"20260302110400.Z", b"20260302110400.10Z",
    b"20260302110400.1234567891Z", b"20261302110400Z", b"20260302110460Z", b"00000302110400Z",
    b"20260302110400Z\n", b"",
])  # fmt: skip
def test_t95_a_time_has_one_spelling(content: bytes) -> None:
    refused(Reader.generalized_time, element(GENERALIZED_TIME, content))


@given(st.text())
def test_text_is_utf8(text: str) -> None:
    assert parse_utf8_string(core.UTF8String(text).dump(), REASON) == text


@pytest.mark.parametrize("data", [b"", b"\x0c\x01\xff", b"\x13\x01a", b"\x0c\x01ab", b"\x0c\x81\x01a"])
def test_t95_text_has_one_spelling(data: bytes) -> None:
    with pytest.raises(FormatFault, match=REASON.replace(".", r"\.")):
        parse_utf8_string(data, REASON)


def test_a_refusal_says_at_which_byte() -> None:
    data = element(SEQUENCE, element(OCTET_STRING, b"abc") + element(SEQUENCE, element(INTEGER, b"\x00\x01")))
    outer = reader(data).within(SEQUENCE)
    assert outer.element(OCTET_STRING).content == b"abc"
    with pytest.raises(FormatFault) as met:
        outer.within(SEQUENCE).element(UTF8_STRING)
    assert met.value.place.offset == data.index(element(INTEGER, b"\x00\x01"))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read = reader(data)
    seen = b""
    try:
        while read.more:
            seen += read.any().whole
    except FormatFault:
        assert data.startswith(seen)
    else:
        assert seen == data


@given(st.binary(max_size=40))
def test_what_is_accepted_is_what_others_read(data: bytes) -> None:
    try:
        found = reader(data).any()
    except FormatFault:
        return
    _, _, _, header, content, _ = parser.parse(data)
    assert (header + content, content) == (found.whole, found.content)
