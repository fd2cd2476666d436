"""Key files and windows: which keys a policy pins, and when a key, or anything trusted, counts."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives import serialization

from attestations.digests import Digest
from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, mldsa_key, pem
from verifier.trust import load_key_file
from verifier.windows import NEVER, UNBOUNDED, Window

from .making import AT, END, START

SECOND = datetime.timedelta(seconds=1)


@pytest.mark.parametrize(("window", "at", "holds"), [
    (Window(AT, END), AT, True),
    (Window(AT, END), AT - SECOND, False),
    (Window(START, AT), AT, True),
    (Window(START, AT), AT + datetime.timedelta(microseconds=1), False),
    (Window(None, AT), START, True),
    (Window(AT, None), END, True),
    (Window(END, START), AT, False),
    (UNBOUNDED, AT, True),
])  # fmt: skip
def test_both_ends_of_a_window_belong_to_it(window: Window, at: datetime.datetime, holds: bool) -> None:
    assert (at in window) is holds


def test_a_window_has_aware_bounds() -> None:
    with pytest.raises(ValueError, match="aware"):
        Window(AT.replace(tzinfo=None), None)
    assert str(Window(START, END)) == "from 2025-01-01T00:00:00Z to 2035-01-01T00:00:00Z"
    assert str(Window(START, None)) == "from 2025-01-01T00:00:00Z"
    assert str(Window(None, END)) == "to 2035-01-01T00:00:00Z"
    assert str(UNBOUNDED) == "always"


P256, ED25519 = ec_key("pinned"), ed25519_key("pinned")


def fingerprint(spki: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(spki).hexdigest())


def keys(data: bytes, windows: Mapping[Digest, Window] | None = None) -> list[tuple[Digest, Window]]:
    loaded = load_key_file(data, name="keys.pem", windows=windows or {})
    assert {each.name for each in loaded} == {"keys.pem"}
    return [(each.key.fingerprint, each.window) for each in loaded]


def test_a_key_file_holds_one_or_several_keys_in_its_order() -> None:
    both = pem(P256.spki) + b"\nsome words about the second\n" + pem(ED25519.spki)
    assert keys(both) == [(fingerprint(P256.spki), UNBOUNDED), (fingerprint(ED25519.spki), UNBOUNDED)]
    assert keys(both.replace(b"\n", b"\r\n")) == keys(both)
    assert keys(pem(mldsa_key("pinned", 87).spki))


def test_t25_one_key_given_twice_is_one_key() -> None:
    assert len(keys(pem(P256.spki) * 3)) == 1


def test_a_window_is_looked_up_by_the_keys_fingerprint() -> None:
    window = Window(START, AT)
    windows = {fingerprint(P256.spki): window, fingerprint(b"another key"): NEVER}
    assert keys(pem(P256.spki) + pem(ED25519.spki), windows) == [
        (fingerprint(P256.spki), window),
        (fingerprint(ED25519.spki), UNBOUNDED),
    ]


def private_pem() -> bytes:
    return P256.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(("data", "wanted"), [
    (b"", "trust.key_missing"),
    (b"no key here", "trust.key_missing"),
    (pem(P256.spki)[:-30], "trust.key_malformed"),
    (pem(ED25519.spki) + pem(P256.spki)[:-30], "trust.key_malformed"),
    (b"-----BEGIN PUBLIC KEY-----" * 40_000, "trust.key_malformed"),
    (b"-----BEGIN A-----\n" * 50_000, "trust.key_malformed"),
    (b" " * (1 << 20) + pem(P256.spki), "trust.key_malformed"),
    (P256.spki, "trust.key_missing"),
    (private_pem(), "trust.key_malformed"),
    (pem(P256.spki) + private_pem(), "trust.key_malformed"),
    (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "trust.key_malformed"),
    (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "trust.key_malformed"),
    (b"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n", "trust.key_malformed"),
    (pem(ec_key("pinned", "k256").spki), "trust.key_unsupported"),
])  # fmt: skip
def test_a_file_without_readable_public_keys_is_refused(data: bytes, wanted: str) -> None:
    with pytest.raises(Fault) as met:
        load_key_file(data, name="keys.pem", windows={})
    assert met.value.reason == wanted
    assert met.value.place.source == "keys.pem"
    assert "PRIVATE" not in str(met.value) or "PRIVATE KEY" in str(met.value)
    assert (
        base64.b64encode(P256.private.private_numbers().private_value.to_bytes(32, "big"))[:16]
        not in str(met.value).encode()
    )
