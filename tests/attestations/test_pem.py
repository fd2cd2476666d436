"""PEM: labelled blocks and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault
from attestations.limits import Limits
from attestations.pem import PemBlock, parse_certificates, parse_pem
from attestations.strict_json import Node

from .documents import pem

BLOCKS = st.lists(
    st.builds(PemBlock, label=st.sampled_from(["CERTIFICATE", "PUBLIC KEY", "X"]), content=st.binary(max_size=100)),
    min_size=1,
    max_size=4,
)


@given(BLOCKS, st.sampled_from(["\n", "\r\n"]))
def test_blocks_are_read_back(blocks: list[PemBlock], line_end: str) -> None:
    text = "".join(pem(block.label, block.content) for block in blocks).replace("\n", line_end)
    assert parse_pem(text.encode()) == tuple(blocks)


GOOD = pem("CERTIFICATE", b"content")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "text\n" + GOOD,
        GOOD + "text",
        GOOD + "text\n" + GOOD,
        GOOD.replace("-----END CERTIFICATE-----", ""),
        GOOD.replace("END CERTIFICATE", "END PUBLIC KEY"),
        GOOD.replace("-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE----"),
        GOOD.replace("-----\n", "-----\nHeader: value\n\n", 1),
        GOOD.replace("Y29udGVudA==", "Y29udGVudB=="),
        GOOD.replace("Y29udGVudA==", "Y29udGVudA"),
        GOOD.replace("Y29udGVudA==", "Y29u=dGVudA="),
        GOOD.replace("Y29udGVudA==", "Y29u-GVudA=="),
        GOOD.lower(),
        "\ufeff" + GOOD,
        GOOD + "\x00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_pem(text.encode())
    assert caught.value.reason == "pem.malformed"


def test_certificates_are_certificates_alone() -> None:
    assert parse_certificates(Node(GOOD + GOOD), Limits()) == (b"content", b"content")
    with pytest.raises(FormatFault) as caught:
        parse_certificates(Node(GOOD + pem("PUBLIC KEY", b"key"), "e.json", "/cert"), Limits())
    assert (caught.value.reason, str(caught.value.place)) == ("pem.malformed", "e.json#/cert")


def test_t90_certificates_are_counted_before_they_are_read() -> None:
    with pytest.raises(FormatFault) as caught:
        parse_certificates(Node("-----BEGIN CERTIFICATE-----\nnot base64\n" * 11), Limits())
    assert caught.value.reason == "limit.certificates"


def test_hostile_text_is_refused_in_linear_time() -> None:
    """A megabyte of what a backtracking reader would try again from every place."""
    for filler in ("A" * 1_000_000, "\n" * 1_000_000, "-----BEGIN CERTIFICATE-----\n" * 30_000, "A \n" * 300_000):
        with pytest.raises(FormatFault):
            parse_pem(b"-----BEGIN CERTIFICATE-----\n" + filler.encode())
        with pytest.raises(FormatFault):
            parse_pem(filler.encode())
