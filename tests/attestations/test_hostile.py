"""Whatever is done to a document, it is read or refused with a `Fault`; nothing else is ever raised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from verifier.reasons import REASONS

from .documents import encode
from .samples import SAMPLES, Sample, pointers, replaced, without

REPLACEMENTS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**40,
    "",
    "x",
    "\x00",
    "é\u2028𐀀",
    "-----BEGIN CERTIFICATE-----",
    [],
    [None],
    [[]],
    {},
    {"": None},
    {"x": {"y": []}},
)


@pytest.fixture(params=SAMPLES, ids=str)
def sample(request: pytest.FixtureRequest) -> Sample:
    return SAMPLES[request.param]


def assert_known(faults: list[Fault]) -> None:
    for fault in faults:
        assert fault.reason in REASONS
        assert len(str(fault)) < 2000, "a refusal is a line"


def test_samples_are_read(sample: Sample) -> None:
    assert sample.read(sample.data) == []


def test_t94_any_value_in_any_place_is_read_or_refused(sample: Sample) -> None:
    refused = 0
    for path in pointers(sample.value):
        for new in REPLACEMENTS:
            faults = sample.read(encode(replaced(sample.value, path, new)))
            assert_known(faults)
            refused += bool(faults)
    assert refused > len(REPLACEMENTS), "nothing was damaged: the test is broken"


def test_t94_any_member_left_out_is_read_or_refused(sample: Sample) -> None:
    for path in pointers(sample.value):
        if path:
            assert_known(sample.read(encode(without(sample.value, path))))


@pytest.mark.parametrize("name", ["n" * 10_000, "\x1b[2J\r\n", "\u202e\u2028", "__proto__", "a/b~c"], ids=ascii)
def test_t99_a_hostile_name_makes_no_hostile_message(sample: Sample, name: str) -> None:
    """Pointers repeat names as they are, in part: whoever prints a place escapes it."""
    for path in pointers(sample.value):
        target: Any = sample.value
        for step in path:
            target = target[step]
        if isinstance(target, dict):
            for value in ({name: "", **target}, {**target, name: {name: [name]}}, {name: name}):
                for fault in sample.read(encode(replaced(sample.value, path, value))):
                    assert len(str(fault)) < 2000
                    assert all(
                        text is None or text.isprintable() for text in (fault.detail, fault.expected, fault.actual)
                    )


def test_truncation_at_every_byte_is_refused(sample: Sample) -> None:
    data = sample.data
    for length in range(len(data)):
        faults = sample.read(data[:length])
        assert [fault.reason for fault in faults] == ["json.malformed"], length


def test_truncation_says_where_the_bytes_end(sample: Sample) -> None:
    data = sample.data[:-1]
    (fault,) = sample.read(data)
    assert fault.place.offset == len(data)


@given(st.data())
def test_any_bytes_changed_are_read_or_refused(data: st.DataObject) -> None:
    sample = SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))]
    content = bytearray(sample.data)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["set", "insert", "delete", "repeat"])):
            case "set":
                content[position] = data.draw(st.integers(0, 255))
            case "insert":
                content[position:position] = data.draw(st.binary(min_size=1, max_size=8))
            case "delete":
                del content[position : position + data.draw(st.integers(1, 8))]
            case "repeat":
                content[position:position] = content[position : position + data.draw(st.integers(1, 64))]
        content = content or bytearray(b" ")
    assert_known(sample.read(bytes(content)))


@given(st.binary(max_size=64))
def test_any_bytes_at_all_are_read_or_refused(data: bytes) -> None:
    for sample in SAMPLES.values():
        assert_known(sample.read(data))
