"""Keys of an npm registry: both forms, their windows, and keys that are not understood."""

from __future__ import annotations

import datetime

import pytest

from attestations.faults import FormatFault
from attestations.npm_keys import NpmKey, is_npm_keys, parse_npm_keys
from fixtures.recipes.npm import REGISTRY

from .documents import encode

SPKI = REGISTRY.key.spki


def test_the_registrys_own_list_says_until_when() -> None:
    listed = bytes(REGISTRY.keys(expires="2026-03-01T00:00:00.000Z"))
    end = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    assert parse_npm_keys(listed, "keys.json") == (NpmKey(SPKI, "", None, end),)
    assert parse_npm_keys(bytes(REGISTRY.keys()), "keys.json") == (NpmKey(SPKI, "", None, None),)


def test_sigstores_list_says_from_when_and_for_what() -> None:
    listed = bytes(REGISTRY.tuf_keys("npm:signatures", "npm:attestations"))
    start = datetime.datetime(2022, 12, 1, tzinfo=datetime.UTC)
    assert parse_npm_keys(listed, "keys.json") == (
        NpmKey(SPKI, "npm:signatures", start, None),
        NpmKey(SPKI, "npm:attestations", start, None),
    )


@pytest.mark.parametrize("edit", [
    ("/keys/0/key", "no base64"), ("/keys/0/key", 1), ("/keys/0/expires", "tomorrow"), ("/keys/0", "a key"),
])  # fmt: skip
def test_a_key_that_cannot_be_read_is_a_fault_in_its_place(edit: tuple[str, object]) -> None:
    listed = REGISTRY.keys().append("/keys", REGISTRY.keys().get("/keys/0")).set(*edit)
    first, second = parse_npm_keys(bytes(listed), "keys.json")
    assert isinstance(first, FormatFault)
    assert str(first.place).startswith("keys.json#/keys/0")
    assert isinstance(second, NpmKey)


def test_a_usage_that_is_not_known_is_no_usage() -> None:
    (fault,) = parse_npm_keys(bytes(REGISTRY.tuf_keys("npm:everything")), "keys.json")
    assert isinstance(fault, FormatFault)


@pytest.mark.parametrize(("data", "is_list"), [
    (bytes(REGISTRY.keys()), True),
    (b' {"keys":[]}', True),
    (b'{"keys":{}}', False),
    (b'{"keys":[', False),
    (b'[{"keys":[]}]', False),
    (b'{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}', False),
    (b"-----BEGIN PUBLIC KEY-----", False),
    (b"", False),
])  # fmt: skip
def test_a_list_is_told_by_its_one_member(data: bytes, is_list: bool) -> None:
    assert is_npm_keys(data) is is_list


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(FormatFault, match="keys"):
        parse_npm_keys(encode({"key": []}), "keys.json")
