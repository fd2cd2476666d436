"""Figures in words are near enough to the figures, and never flatter."""

from __future__ import annotations

import datetime

import pytest

from api.render.words import age_words, digest_words, identity_words, moment_words, size_words
from attestations.digests import Digest, DigestSet

SHA256 = Digest("sha256", "9f2c" + "0" * 56 + "41d0")
SHA512 = Digest("sha512", "ab12" + "0" * 120 + "cd34")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1049, "1.0 kB"),
        (1050, "1.1 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (12_345, "12 kB"),
        (1_000_000, "1.0 MB"),
        (1_200_000_000, "1.2 GB"),
        (3 * 10**12, "3.0 TB"),
        (7 * 10**20, "700000 PB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (datetime.timedelta(minutes=59), "0 hours old"),
        (datetime.timedelta(hours=1), "1 hour old"),
        (datetime.timedelta(hours=47), "47 hours old"),
        (datetime.timedelta(days=2), "2 days old"),
        (datetime.timedelta(days=400, hours=23), "400 days old"),
        (-datetime.timedelta(seconds=1), "dated in the future"),
    ],
)
def test_ages(age: datetime.timedelta, words: str) -> None:
    assert age_words(age) == words


def test_moments_are_told_in_utc() -> None:
    east = datetime.timezone(datetime.timedelta(hours=9))
    assert moment_words(datetime.datetime(2026, 3, 2, 20, 4, 59, tzinfo=east)) == "2026-03-02 11:04 UTC"


def test_digests_keep_their_algorithm_and_both_ends() -> None:
    assert digest_words(SHA512, "…") == "sha512:ab12…cd34"
    assert identity_words(DigestSet((SHA256, SHA512)), "...") == "sha256:9f2c...41d0"
    assert identity_words(DigestSet((SHA512,)), "…") == "sha512:ab12…cd34"
    assert identity_words(DigestSet(()), "…") == ""
