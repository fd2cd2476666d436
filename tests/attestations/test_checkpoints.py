"""Checkpoints: three lines in one spelling, extension lines kept and never interpreted."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.checkpoints import Checkpoint, parse_checkpoint
from attestations.faults import FormatFault

LINE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)
CHECKPOINTS = st.builds(
    Checkpoint,
    origin=LINE,
    size=st.integers(0, (1 << 63) - 1),
    root=st.binary(min_size=32, max_size=32),
    extensions=st.lists(LINE, max_size=3).map(tuple),
)
ROOT = b64encode(bytes(range(32)))
GOOD = b"log.example\n42\n" + ROOT + b"\n"


def written(checkpoint: Checkpoint) -> bytes:
    """A checkpoint's text as the specification writes it."""
    root = b64encode(checkpoint.root).decode()
    lines = (checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions)
    return "".join(f"{line}\n" for line in lines).encode()


@given(CHECKPOINTS)
def test_what_is_written_is_read_back(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(written(checkpoint)) == checkpoint


@given(CHECKPOINTS, st.data())
def test_a_changed_checkpoint_is_refused_or_is_another_one(checkpoint: Checkpoint, data: st.DataObject) -> None:
    before = written(checkpoint)
    at = data.draw(st.integers(0, len(before) - 1))
    after = before[:at] + data.draw(st.binary(max_size=2)) + before[at + 1 :]
    try:
        read = parse_checkpoint(after)
    except FormatFault as fault:
        assert fault.reason == "checkpoint.malformed"
    else:
        assert (read == checkpoint) is (after in (before, before[:-1]))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_checkpoint_or_a_typed_refusal(data: bytes) -> None:
    for text in (data, GOOD + data, b"log.example\n" + data):
        try:
            assert parse_checkpoint(text).origin
        except FormatFault as fault:
            assert fault.reason == "checkpoint.malformed"


@pytest.mark.parametrize("size", ["0", "1", "9223372036854775807"])
def test_sizes_from_nothing_to_below_two_to_the_63rd(size: str) -> None:
    assert parse_checkpoint(GOOD.replace(b"42", size.encode())).size == int(size)


@pytest.mark.parametrize(
    "size", ["", "00", "042", "+42", "-1", " 42", "42 ", "4_2", "0x2a", "42.0", "٤٢", "9223372036854775808", "9" * 5000]
)
def test_any_other_spelling_of_a_size_is_refused(size: str) -> None:
    with pytest.raises(FormatFault, match=r"checkpoint\.malformed"):
        parse_checkpoint(GOOD.replace(b"42", size.encode()))


@pytest.mark.parametrize(
    "root",
    [
        b"",
        b"!!!",
        ROOT[:-1],
        ROOT + b"=",
        b" " + ROOT,
        ROOT.replace(b"A", b"\n", 1),
        ROOT[:-2] + b"9=",
        b64encode(bytes(31)),
        b64encode(bytes(33)),
    ],
)
def test_a_root_is_32_bytes_in_canonical_base64(root: bytes) -> None:
    with pytest.raises(FormatFault, match=r"checkpoint\.malformed"):
        parse_checkpoint(GOOD.replace(ROOT, root))


def test_a_root_of_another_hash_is_read_where_the_caller_says_so() -> None:
    text = GOOD.replace(ROOT, b64encode(bytes(48)))
    assert parse_checkpoint(text, root_size=48).root == parse_checkpoint(text, root_size=None).root == bytes(48)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"log.example\n",
        b"log.example\n42\n",
        GOOD[:-1],
        b"\n42\n" + ROOT + b"\n",
        b"\xff\n42\n" + ROOT + b"\n",
        GOOD + b"\xff\n",
        GOOD + bytes((1 << 20) + 1 - len(GOOD)),
    ],
)
def test_what_is_not_a_checkpoint_is_malformed(text: bytes) -> None:
    with pytest.raises(FormatFault, match=r"checkpoint\.malformed"):
        parse_checkpoint(text)


def test_extension_lines_are_kept_as_they_are() -> None:
    """Rekor v1 signs one with its time, and some logs have signed empty ones."""
    assert parse_checkpoint(GOOD + b"Timestamp: 1688058656037355364\n").extensions == (
        "Timestamp: 1688058656037355364",
    )
    assert parse_checkpoint(GOOD + b"\n\n").extensions == ("", "")
    assert parse_checkpoint(GOOD).extensions == ()


def test_a_checkpoint_may_be_as_long_as_a_note() -> None:
    longest = GOOD + b"e" * ((1 << 20) - len(GOOD))
    assert len(parse_checkpoint(longest).extensions[0]) == (1 << 20) - len(GOOD)
