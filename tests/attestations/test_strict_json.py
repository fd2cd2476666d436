"""Strict JSON: one reading of a document, or a refusal that says where."""

from __future__ import annotations

import itertools
import json
import math
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attestations.faults import FormatFault, LimitFault
from attestations.limits import Limits
from attestations.strict_json import Node, decode_base64, escape_pointer, loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=20,
)


def refusal(data: bytes, **options: Any) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        loads(data, **options)
    return caught.value


@given(JSON)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.binary(max_size=24) | st.text(alphabet='{}[]",:0123456789.eE+-\\untrfalse \n', max_size=24).map(str.encode))
@example(b'"\\ud800"')
@example(b"-0")
@example(b"1e400")
def test_whatever_is_accepted_another_parser_reads_alike(data: bytes) -> None:
    try:
        value = loads(data)
    except FormatFault:
        return
    assert json.loads(data) == value


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"", "json.malformed", 0),
        (b" ", "json.malformed", 1),
        (b"\xef\xbb\xbf{}", "json.malformed", 0),
        (b'{"a":1}\x00', "json.malformed", 7),
        (b'{"a":1} {}', "json.malformed", 8),
        (b'"\x00"', "json.malformed", 1),
        (b'"\t"', "json.malformed", 1),
        (b'"\xff"', "json.malformed", 1),
        (b'"\xed\xa0\x80"', "json.malformed", 1),
        (b'"\\ud800"', "json.malformed", 7),
        (b'"\\udc00"', "json.malformed", 6),
        (b'"\\ud800\\u0041"', "json.malformed", 12),
        (b"NaN", "json.malformed", 0),
        (b"Infinity", "json.malformed", 0),
        (b"-Infinity", "json.malformed", 1),
        (b"01", "json.malformed", 1),
        (b"+1", "json.malformed", 0),
        (b".5", "json.malformed", 0),
        (b"[1,]", "json.malformed", 3),
        (b'{"a":1,}', "json.malformed", 7),
        (b"{'a':1}", "json.malformed", 1),
        (b"// comment", "json.malformed", 0),
        (b'[\n1,\n"', "json.malformed", 6),
    ],
)
def test_malformed_documents_are_refused_where_they_break(data: bytes, reason: str, offset: int) -> None:
    fault = refusal(data, source="evidence.json")
    assert (fault.reason, fault.place.source, fault.place.pointer) == (reason, "evidence.json", None)
    assert fault.place.offset == offset


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"x":{"b":1,"c":2,"b":3}}]', b'{"":0,"":0}'],
)
def test_t06_an_object_with_one_key_twice_is_refused(data: bytes) -> None:
    fault = refusal(data)
    assert fault.reason == "json.duplicate_key"
    assert fault.place.offset is not None


def test_a_long_duplicate_key_does_not_make_a_long_message() -> None:
    key = b'"' + b"k" * 10_000 + b'":0'
    assert len(str(refusal(b"{" + key + b"," + key + b"}"))) < 300


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1e309", b"1" * 400 + b".5", b"1" * 4301, b"-" + b"1" * 4301])
def test_numbers_beyond_representation_are_refused(number: bytes) -> None:
    assert refusal(b"[" + number + b"]").reason == "json.number_range"


@pytest.mark.parametrize(
    ("number", "value"),
    [(b"-0", 0), (b"1e5", 1e5), (b"18446744073709551617", 2**64 + 1), (b"1e-400", 0.0), (b"1" * 4300, int("1" * 4300))],
)
def test_numbers_within_are_exact(number: bytes, value: float) -> None:
    assert loads(number) == value


@pytest.mark.parametrize("make", [lambda n: b"[" * n + b"]" * n, lambda n: b'{"a":' * n + b"0" + b"}" * n])
@pytest.mark.parametrize("bound", [1, 2, 63, 64, 199, 200])
def test_depth_is_counted_exactly(make: Callable[[int], bytes], bound: int) -> None:
    limits = Limits(depth=bound)
    loads(make(bound), limits=limits)
    fault = refusal(make(bound + 1), limits=limits, source="deep.json")
    assert isinstance(fault, LimitFault)
    assert (fault.reason, fault.expected, fault.actual) == ("limit.depth", f"at most {bound}", f"level {bound + 1}")
    assert (fault.place.source, fault.place.offset) == (
        "deep.json",
        make(bound + 1).find(make(1)[:1]) + _width(make) * bound,
    )


def _width(make: Callable[[int], bytes]) -> int:
    return (len(make(2)) - len(make(1))) - 1


def test_no_level_is_counted_for_a_bare_value() -> None:
    assert loads(b"0", limits=Limits(depth=0)) == 0
    assert refusal(b"[]", limits=Limits(depth=0)).reason == "limit.depth"


@pytest.mark.parametrize("levels", [201, 202, 203, 1000, 100_000, 1_000_000])
def test_depth_beyond_the_parser_is_the_same_refusal(levels: int) -> None:
    for data in (b"[" * levels + b"0", b"[" * levels + b"]" * levels):
        fault = refusal(data)
        assert (fault.reason, fault.expected, fault.actual) == ("limit.depth", "at most 64", "level 65")
        assert fault.place.offset == 64


def test_a_depth_limit_beyond_the_parser_names_the_parser_s() -> None:
    fault = refusal(b"[" * 300 + b"]" * 300, limits=Limits(depth=1000))
    assert (fault.expected, fault.place.offset) == ("at most 200", 200)


def test_brackets_in_strings_are_no_levels() -> None:
    text = json.dumps('[[[{{{"\\' * 100).encode()
    assert refusal(b"[" + text + b"," + b"[" * 64 + b"]" * 65).place.offset == 1 + len(text) + 1 + 63
    assert loads(b"[" + text + b"]", limits=Limits(depth=1))


@given(st.text(max_size=8))
def test_pointers_are_escaped_reversibly(token: str) -> None:
    escaped = escape_pointer(token)
    assert "/" not in escaped
    assert escaped.replace("~1", "/").replace("~0", "~") == token


DOCUMENT = Node(
    loads(b'{"a/b":{"m~n":[null,true,1,1.5,"x",{}]},"zero":0,"negative":-1,"big":9223372036854775808}'), "doc.json"
)


def test_a_place_is_a_pointer() -> None:
    array = DOCUMENT.field("a/b").field("m~n")
    assert str(array.place) == "doc.json#/a~1b/m~0n"
    assert [str(item.place.pointer) for item in array.items()] == [f"/a~1b/m~0n/{index}" for index in range(6)]
    assert [name for name, _ in DOCUMENT.members()] == ["a/b", "zero", "negative", "big"]


ACCESSORS: dict[str, tuple[Callable[[Node], object], set[type]]] = {
    "object": (Node.object, {dict}),
    "array": (Node.array, {list}),
    "text": (Node.text, {str}),
    "boolean": (Node.boolean, {bool}),
    "integer": (Node.integer, {int}),
}


@pytest.mark.parametrize("name", ACCESSORS)
@pytest.mark.parametrize("value", [None, True, 1, 1.5, "x", [], {}], ids=repr)
def test_t94_an_accessor_takes_its_type_alone(name: str, value: object) -> None:
    read, types = ACCESSORS[name]
    if type(value) in types:
        assert read(Node(value)) == value
        return
    with pytest.raises(FormatFault) as caught:
        read(Node(value, "doc.json", "/field"))
    assert (caught.value.reason, str(caught.value.place)) == ("json.type", "doc.json#/field")


def test_absent_null_and_given_are_told_apart() -> None:
    node = Node({"null": None, "value": 1})
    assert node.get("absent") is None
    assert node.given("absent") is None
    assert node.given("null") is None
    null, value = node.get("null"), node.given("value")
    assert null is not None
    assert null.value is None
    assert value is not None
    assert value.value == 1
    with pytest.raises(FormatFault) as caught:
        node.field("absent")
    assert (caught.value.reason, caught.value.place.pointer) == ("json.missing", "/absent")


def test_only_refuses_what_it_does_not_name() -> None:
    Node({"a": 1}).only("a", "b")
    with pytest.raises(FormatFault) as caught:
        Node({"a": 1, "c": 1}).only("a", "b")
    assert (caught.value.reason, caught.value.place.pointer) == ("json.unknown_field", "/c")


@pytest.mark.parametrize(
    ("value", "number"), [("0", 0), (0, 0), ("9223372036854775807", 2**63 - 1), (2**63 - 1, 2**63 - 1)]
)
def test_64_bit_integers_are_numbers_or_text(value: object, number: int) -> None:
    assert Node(value).int64() == number


@pytest.mark.parametrize("value", [-1, 2**63, "9223372036854775808", "9" * 19])
def test_64_bit_integers_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(FormatFault) as caught:
        Node(value).int64()
    assert caught.value.reason == "json.value"


@pytest.mark.parametrize(
    "value", ["", "-1", "+1", "01", " 1", "1 ", "1.0", "1e3", "0x1", "١", "9" * 20, 1.0, True, None]
)
def test_64_bit_integers_have_one_spelling(value: object) -> None:
    with pytest.raises(FormatFault) as caught:
        Node(value).int64()
    assert caught.value.reason == "json.type"


@given(st.binary())
def test_base64_is_read_back(data: bytes) -> None:
    standard, url_safe = b64encode(data).decode(), urlsafe_b64encode(data).decode()
    assert Node(standard).base64() == data
    for text in (standard, url_safe, standard.rstrip("="), url_safe.rstrip("=")):
        assert Node(text).base64(either_alphabet=True) == data
    assert Node("\n".join([standard[:7], standard[7:]])).base64(wrapped=True) == data


def test_base64_has_one_spelling_exhaustively() -> None:
    """Every text of up to five characters that matter is accepted exactly if it is what encoding writes."""
    for length in range(6):
        for letters in itertools.product("AQg/=-\n", repeat=length):
            text = "".join(letters)
            try:
                decoded = decode_base64(text)
            except ValueError:
                assert not _is_canonical(text), text
            else:
                assert b64encode(decoded).decode() == text


def _is_canonical(text: str) -> bool:
    try:
        return b64encode(b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


@pytest.mark.parametrize("text", ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "Y Q=", "-_-_", "YQ==YQ==", "é===", "YQ==="])
def test_base64_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        Node(text, "doc.json", "/field").base64()
    assert (caught.value.reason, str(caught.value.place)) == ("base64.malformed", "doc.json#/field")


@pytest.mark.parametrize("text", ["Y", "+-+-", "/_/_", "YR", "YQ==\n", "YQ==YQ", "YQ=YQ=="])
def test_base64_of_either_alphabet_is_strict_in_the_rest(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        Node(text).base64(either_alphabet=True)
    assert caught.value.reason == "base64.malformed"


def test_faults_show_values_shortly() -> None:
    for value in (
        "x" * 10**6,
        [0] * 10**6,
        {str(n): n for n in range(1000)},
        10**4000,
        10**5000,
        -(10**5000),
        math.pi,
        None,
    ):
        assert len(str(Node(value).fault("json.value", "wrong").actual)) <= 120
