"""Signed notes and verifier keys: one spelling is read, anything else refused with its place."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault, LimitFault
from attestations.notes import NOTE_MAX, SIGNATURES_MAX, Note, NoteSignature, key_hint, parse_note, parse_vkey

EXAMPLE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
"""The example of the specification: published facts, which any reader of the format must agree on."""

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

SIGNATURE = NoteSignature("log.example", b"\1\2\3\4", b"signature")


def line(signature: NoteSignature) -> str:
    blob = b64encode(signature.key_hint + signature.value).decode()
    return f"\N{EM DASH} {signature.name} {blob}\n"


def written(note: Note) -> bytes:
    """A note as the specification writes it."""
    return note.text + b"\n" + "".join(map(line, note.signatures)).encode()


def reason(data: bytes) -> str:
    with pytest.raises(FormatFault) as met:
        parse_note(data)
    return met.value.reason


NAMES = st.text(st.characters(exclude_characters="+", exclude_categories=("Z", "C")), min_size=1, max_size=40)
SIGNATURES = st.builds(NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=200)
NOTES = st.builds(Note, TEXTS.map(lambda text: text.encode() + b"\n"), st.lists(SIGNATURES, min_size=1).map(tuple))


@given(NOTES)
def test_what_is_written_is_read_back(note: Note) -> None:
    assert parse_note(written(note)) == note


@given(NOTES, st.data())
def test_a_changed_note_is_refused_or_is_another_note(note: Note, data: st.DataObject) -> None:
    before = written(note)
    at = data.draw(st.integers(0, len(before) - 1))
    after = before[:at] + data.draw(st.binary(max_size=2)) + before[at + 1 :]
    try:
        read = parse_note(after)
    except FormatFault as fault:
        assert fault.reason == "note.malformed"
    else:
        assert after.startswith(read.text + b"\n")
        assert (read == note) is (after == before)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_a_typed_refusal(data: bytes) -> None:
    try:
        assert parse_note(data).signatures
    except FormatFault as fault:
        assert fault.reason == "note.malformed"


def test_the_specifications_example_is_read() -> None:
    note = parse_note(EXAMPLE)
    assert note.text == b"This is an example message.\n"
    assert [(each.name, each.key_hint.hex(), len(each.value)) for each in note.signatures] == [
        ("example.com/foo", "530d903a", 64)
    ]
    assert written(note) == EXAMPLE


def test_the_text_ends_before_the_last_blank_line() -> None:
    inner = Note(b"signed by another\n", (SIGNATURE,))
    outer = Note(written(inner), (SIGNATURE,))
    assert parse_note(written(outer)).text == written(inner)


GOOD = written(Note(b"text\n", (SIGNATURE,)))
SIGNED = line(SIGNATURE).encode()
DASH = "\N{EM DASH} ".encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"text\n", id="no blank line"),
        pytest.param(b"text\n\n", id="no signature"),
        pytest.param(b"text\n" + SIGNED, id="no blank line before the signature"),
        pytest.param(b"x" + SIGNED, id="a signature of nothing, after one byte"),
        pytest.param(GOOD[:-1], id="no newline at the end"),
        pytest.param(GOOD + SIGNED[:-1], id="no newline at the end of a second signature"),
        pytest.param(GOOD + b"more\n", id="a line after the signatures"),
        pytest.param(GOOD + b"\n", id="a blank line after the signatures"),
        pytest.param(b"text\n\nunsigned\n" + SIGNED, id="a line before the signatures"),
        pytest.param(GOOD.replace(DASH, b"- "), id="a hyphen"),
        pytest.param(GOOD.replace(DASH, "\N{EN DASH} ".encode()), id="an en dash"),
        pytest.param(GOOD.replace(DASH, DASH + b" "), id="two spaces before the name"),
        pytest.param(GOOD.replace(DASH, DASH[:-1]), id="no space before the name"),
        pytest.param(GOOD.replace(b"log.example", b"log+example"), id="a plus in the name"),
        pytest.param(GOOD.replace(b"log.example", "log\N{NO-BREAK SPACE}example".encode()), id="a space in the name"),
        pytest.param(GOOD.replace(b"log.example ", b""), id="no name"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="carriage returns"),
        pytest.param(GOOD.replace(b"text", b"te\tt"), id="a tab"),
        pytest.param(GOOD.replace(b"text", b"te\0t"), id="a NUL"),
        pytest.param(GOOD.replace(b"text", b"te\xfft"), id="not UTF-8"),
        pytest.param(GOOD.replace(b"text", b"te\xed\xa0\x80t"), id="a surrogate in UTF-8"),
        pytest.param(GOOD.replace(b"text", b"te\xc0\xaet"), id="an overlong UTF-8 sequence"),
    ],
)
def test_what_is_not_a_note_is_malformed(data: bytes) -> None:
    assert reason(data) == "note.malformed"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        ("è\1".encode() + GOOD, 2),
        ("è".encode() + b"\xff" + GOOD, 2),
        (b"text\n", 5),
        (GOOD[:-1], len(GOOD) - 1),
        (b"text\n\n", 6),
        (GOOD + b"more\n", len(GOOD)),
        (GOOD + SIGNED.replace(b" ", b"  ") + b"more\n", len(GOOD)),
        (GOOD + SIGNED + DASH + b"name !!!!\n", len(GOOD + SIGNED)),
        (b"text\n\n" + DASH + b"name YQ==\n", 6),
    ],
)
def test_a_refusal_names_the_byte(data: bytes, offset: int) -> None:
    with pytest.raises(FormatFault, match=r"note\.malformed") as met:
        parse_note(data)
    assert met.value.place.offset == offset


@pytest.mark.parametrize("blob", ["", "!!!!", "AQIDBGE", "AQIDBGF=", "AQIDBG E=", "AQIDBGE=\N{NO-BREAK SPACE}"])
def test_a_blob_that_is_not_canonical_base64_is_malformed(blob: str) -> None:
    assert reason(GOOD + f"\N{EM DASH} log.example {blob}\n".encode()) == "note.malformed"


@pytest.mark.parametrize("blob", ["YQ==", "AQID", "AQIDBA=="])
def test_a_blob_too_short_for_hint_and_signature_belongs_to_nobody(blob: str) -> None:
    stray = f"\N{EM DASH} log.example {blob}\n".encode()
    assert parse_note(GOOD + stray) == parse_note(GOOD)
    assert reason(b"text\n\n" + stray) == "note.malformed"


def test_t91_signatures_are_counted_before_they_are_read() -> None:
    assert len(parse_note(b"text\n\n" + SIGNED * SIGNATURES_MAX).signatures) == SIGNATURES_MAX
    with pytest.raises(LimitFault) as met:
        parse_note(b"text\n\n" + b"not a signature line\n" * (SIGNATURES_MAX + 1))
    assert (met.value.reason, met.value.actual) == ("limit.signatures", "101")


def test_t91_a_note_is_measured_before_it_is_read() -> None:
    longest = b"a" * (NOTE_MAX - len(b"\n\n" + SIGNED)) + b"\n\n" + SIGNED
    assert len(parse_note(longest).text) == NOTE_MAX - len(b"\n" + SIGNED)
    with pytest.raises(LimitFault, match=r"limit\.note"):
        parse_note(b"\xff" * (NOTE_MAX + 1))


def test_the_specifications_key_is_read() -> None:
    key = parse_vkey(VKEY)
    assert (key.name, key.key_hint.hex(), key.type, len(key.key)) == ("example.com/foo", "530d903a", 1, 32)


def vkey(name: str, type_: int, key: bytes, hint: bytes | None = None) -> str:
    hint = key_hint(name, type_, key) if hint is None else hint
    return f"{name}+{hint.hex()}+{b64encode(bytes([type_]) + key).decode()}"


@given(NAMES, st.sampled_from([1, 2, 4, 5, 6]), st.binary(min_size=1, max_size=100))
def test_a_key_that_is_written_is_read_back(name: str, type_: int, key: bytes) -> None:
    read = parse_vkey(vkey(name, type_, key))
    assert (read.name, read.type, read.key) == (name, type_, key)


def test_a_type_without_a_byte_of_its_own_has_a_hint_of_its_own() -> None:
    key = parse_vkey(vkey("log.example", 0xFF, b"a longer identifier and a key", hint=b"\1\2\3\4"))
    assert (key.type, key.key_hint) == (0xFF, b"\1\2\3\4")


def test_a_keys_base64_may_hold_a_plus() -> None:
    text = vkey("log.example", 1, b"\xef\xbe\xfb" * 10)
    assert text.count("+") > 2
    assert parse_vkey(text).key == b"\xef\xbe\xfb" * 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example",
        "log.example+530d903a",
        VKEY.replace("example.com/foo", ""),
        VKEY.replace("example.com/foo", "example.com/fop"),
        VKEY.replace("example.com/foo", "example.com /foo"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530d903"),
        VKEY.replace("+Aeky", "+!eky"),
        VKEY[:-1],
        VKEY + "=",
        VKEY + "\n",
        vkey("log.example", 1, b""),
        vkey("log.example", 0x65, bytes(32)),
        vkey("log.example", 0x00, bytes(32)),
        vkey("log.example", 0x03, bytes(32)),
    ],
)
def test_what_is_not_a_key_is_malformed(text: str) -> None:
    with pytest.raises(FormatFault, match=r"note\.key_malformed"):
        parse_vkey(text)


@given(st.text(max_size=120))
def test_any_text_is_a_key_or_a_typed_refusal(text: str) -> None:
    with pytest.raises(FormatFault, match=r"note\.key_malformed"):
        parse_vkey(text)


def test_an_ecdsa_hint_covers_the_key_alone() -> None:
    assert key_hint("one.example", 2, b"key") == key_hint("another.example", 2, b"key")
    assert key_hint("one.example", 1, b"key") != key_hint("another.example", 1, b"key")
    assert len({key_hint("one.example", type_, b"key") for type_ in (1, 2, 4, 5, 6)}) == 5
