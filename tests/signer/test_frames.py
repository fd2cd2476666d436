"""Messages to the signer: read whole and strictly, or refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from api.signer import SignerAway, SignerClient, SignerFault, SignRequest
from api.signer.frames import LONGEST, LONGEST_REPORT, Sign, read_frame, read_question, rules, write_frame

REQUEST = SignRequest(report=b"{}", policy=f"sha256:{'0' * 64}", release=None, evidence=("a" * 64,), record="b" * 64)


def test_a_question_is_read_as_it_was_written() -> None:
    content = read_frame(io.BytesIO(write_frame(Sign(REQUEST, rules()))))

    assert content is not None
    assert read_question(content) == Sign(REQUEST, rules())


def test_where_nothing_comes_there_is_no_message() -> None:
    assert read_frame(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x00",
        b"\x00\x00\x00\x05{}",
        (LONGEST + 1).to_bytes(4, "big") + b"{}",
        b"\xff\xff\xff\xff",
    ],
    ids=["cut in the length", "cut in the content", "one byte too long", "four gigabytes"],
)
def test_a_malformed_frame_is_refused(sent: bytes) -> None:
    with pytest.raises(SignerFault) as refusal:
        read_frame(io.BytesIO(sent))

    assert refusal.value.reason == "signer.malformed"


def _changed(**members: object) -> bytes:
    tree = json.loads(write_frame(Sign(REQUEST, rules()))[4:])
    tree["request"] |= members
    return json.dumps(tree).encode("ascii")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"type": "key"}',
        b'{"type": "sign"}',
        b"[" * 100_000,
        _changed(evidence="a"),
        _changed(report=None),
        _changed(report="***"),
        _changed(policy=7),
        _changed(verifier="https://operator.example/verifier/strict/v1"),
    ],
)
def test_a_question_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(SignerFault) as refusal:
        read_question(content)

    assert refusal.value.reason == "signer.malformed"


def test_a_report_longer_than_is_signed_is_refused_unread() -> None:
    content = _changed(report="A" * (4 * (LONGEST_REPORT // 3 + 1)))

    with pytest.raises(SignerFault, match="longer report"):
        read_question(content)


@pytest.mark.loopback
def test_a_signer_that_is_not_there_is_away_and_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(SignerAway) as away:
        SignerClient(tmp_path / "signer.sock").status()

    assert away.value.reason == "signer.unavailable"
