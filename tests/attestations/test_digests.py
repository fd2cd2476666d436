"""Digests: an algorithm is stated, a value has one spelling, and only strong ones identify an artifact."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import STRONG, Digest, DigestSet, parse_digest, parse_digest_set
from attestations.faults import FormatFault
from attestations.strict_json import Node


@given(st.sampled_from(sorted(STRONG)), st.binary())
def test_a_digest_is_read_back(algorithm: str, data: bytes) -> None:
    digest = Digest(algorithm, hashlib.new(algorithm, data).hexdigest())
    assert parse_digest(str(digest)) == digest
    assert digest.raw == hashlib.new(algorithm, data).digest()
    assert digest.strong


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "a" * 64,  # sha256 or sha3_256 or blake2s
        "a" * 128,  # sha512 or sha3_512 or blake2b
        "sha256:" + "a" * 63,
        "sha256:" + "a" * 128,
        "sha256:" + "A" * 64,
        "sha256:" + "g" * 64,
        "sha256:" + "a" * 64 + "\n",
        "SHA256:" + "a" * 64,
        "sha-256:" + "a" * 64,
        " sha256:" + "a" * 64,
        "sha256:" + "١" * 64,
    ],
)
def test_t07_an_algorithm_is_never_guessed_and_a_value_has_one_spelling(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_digest(text)
    assert caught.value.reason == "digest.malformed"


@pytest.mark.parametrize("text", ["sha1:" + "a" * 40, "md5:" + "a" * 32])
def test_t08_a_weak_digest_identifies_no_artifact(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_digest(text)
    assert caught.value.reason == "digest.malformed"


def test_t08_weak_digests_are_kept_where_evidence_gives_them() -> None:
    digests = parse_digest_set(Node({"sha1": "a" * 40, "sha256": "b" * 64, "md5": "c" * 32}))
    assert [str(digest) for digest in digests] == ["md5:" + "c" * 32, "sha1:" + "a" * 40, "sha256:" + "b" * 64]
    assert digests.strong == (Digest("sha256", "b" * 64),)
    assert digests.get("sha1") == Digest("sha1", "a" * 40)
    assert digests.get("sha512") is None


@pytest.mark.parametrize("algorithm", ["gitCommit", "gitTree", "gitBlob", "gitTag"])
@pytest.mark.parametrize("length", [40, 64])
def test_git_object_ids_have_two_lengths(algorithm: str, length: int) -> None:
    assert not parse_digest_set(Node({algorithm: "0" * length})).strong


@pytest.mark.parametrize("value", ["opaque", "h1:bm8gaGV4", "ABC", "0x12"])
def test_values_of_unknown_algorithms_are_kept_as_they_are(value: str) -> None:
    (digest,) = parse_digest_set(Node({"another": value}))
    assert (digest, digest.strong) == (Digest("another", value), False)


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("sha256", ""),
        ("sha256", "a" * 63),
        ("sha256", "A" * 64),
        ("sha256", "aA" * 32),
        ("sha256", "g" * 64),
        ("sha256", "sha256:" + "a" * 64),
        ("sha512", "a" * 64),
        ("sha1", "A" * 40),
        ("md5", "a" * 40),
        ("gitCommit", "abc123"),
        ("gitCommit", "a" * 50),
        ("unknown", ""),
        ("", "a" * 64),
    ],
)
def test_t05_a_value_that_is_not_lower_case_hex_of_its_length_is_refused(algorithm: str, value: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_digest_set(Node({algorithm: value}, "s.json", "/subject/0/digest"))
    assert caught.value.reason == "digest.value"
    assert str(caught.value.place) == f"s.json#/subject/0/digest/{algorithm}"


@pytest.mark.parametrize("names", [("sha512", "sha256"), ("sha256", "sha256")])
def test_a_set_holds_one_digest_an_algorithm_in_order(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="sorted"):
        DigestSet(tuple(Digest(name, "a" * 64) for name in names))
