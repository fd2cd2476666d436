"""Trusted roots as written: every field typed, every version named, nothing guessed."""

from __future__ import annotations

import base64
import copy
import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault
from attestations.limits import Limits
from attestations.trusted_roots import VERSIONS, TimeRange, TrustedRoot, parse_trusted_root

UTC = datetime.UTC
KEY = base64.b64encode(b"a key").decode()
LOG: dict[str, Any] = {
    "baseUrl": "https://rekor.acme.example",
    "hashAlgorithm": "SHA2_256",
    "publicKey": {
        "rawBytes": KEY,
        "keyDetails": "PKIX_ED25519",
        "validFor": {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T23:59:59.999Z"},
    },
    "logId": {"keyId": base64.b64encode(b"\x01" * 32).decode()},
}
AUTHORITY: dict[str, Any] = {
    "subject": {"organization": "acme.example", "commonName": "acme"},
    "uri": "https://fulcio.acme.example",
    "certChain": {"certificates": [{"rawBytes": KEY}, {"rawBytes": base64.b64encode(b"root").decode()}]},
    "validFor": {"start": "2025-01-01T00:00:00Z"},
}
ROOT: dict[str, Any] = {
    "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "tlogs": [LOG],
    "certificateAuthorities": [AUTHORITY],
    "ctlogs": [LOG, LOG],
    "timestampAuthorities": [AUTHORITY],
}


def parse(root: object) -> TrustedRoot:
    return parse_trusted_root(json.dumps(root).encode(), "root.json")


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    root = copy.deepcopy(ROOT)
    edit(root)
    return root


def refusal(root: object) -> FormatFault:
    with pytest.raises(FormatFault) as met:
        parse(root)
    return met.value


def test_everything_that_is_written_is_read() -> None:
    root = parse(ROOT)
    assert root.version == "0.1"
    assert (len(root.logs), len(root.ct_logs)) == (1, 2)
    log = root.logs[0]
    assert (log.base_url, log.key, log.key_details, log.log_id) == (
        "https://rekor.acme.example",
        b"a key",
        "PKIX_ED25519",
        b"\x01" * 32,
    )
    end = datetime.datetime(2025, 12, 31, 23, 59, 59, 999000, UTC)
    assert log.valid_for == TimeRange(datetime.datetime(2025, 1, 1, tzinfo=UTC), end)
    authority = root.timestamp_authorities[0]
    assert (authority.uri, authority.organization, authority.common_name) == (
        "https://fulcio.acme.example",
        "acme.example",
        "acme",
    )
    assert authority.certificates == (b"a key", b"root")
    assert authority.valid_for == TimeRange(datetime.datetime(2025, 1, 1, tzinfo=UTC), None)
    assert root.ct_logs[1].pointer == "/ctlogs/1"


@pytest.mark.parametrize("media_type", VERSIONS)
def test_each_version_is_read_with_its_own_fields(media_type: str) -> None:
    def newer(root: dict[str, Any]) -> None:
        root["mediaType"] = media_type
        root["tlogs"][0] |= {"operator": "acme.example", "checkpointKeyId": {"keyId": "AQIDBA=="}}
        root["certificateAuthorities"][0]["operator"] = "acme.example"

    root = parse(edited(newer))
    assert root.version == VERSIONS[media_type]
    assert (root.logs[0].operator, root.logs[0].checkpoint_key_id) == ("acme.example", b"\x01\x02\x03\x04")
    assert root.certificate_authorities[0].operator == "acme.example"


@pytest.mark.parametrize("media_type", [
    "application/vnd.dev.sigstore.trustedroot.v0.3+json",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "",
])  # fmt: skip
def test_another_version_is_not_read(media_type: str) -> None:
    fault = refusal({**ROOT, "mediaType": media_type})
    assert (fault.reason, fault.place.pointer) == ("trust.version_unsupported", "/mediaType")


def test_what_is_not_named_here_is_ignored() -> None:
    assert parse({**ROOT, "signingConfig": {"x": 1}}) == parse(ROOT)


def test_absent_and_null_lists_are_empty() -> None:
    root = parse({"mediaType": ROOT["mediaType"], "tlogs": None})
    assert (root.logs, root.certificate_authorities, root.ct_logs, root.timestamp_authorities) == ((), (), (), ())


def test_a_range_keeps_what_is_not_stated_apart_from_what_is_absent() -> None:
    assert parse(edited(lambda root: root["tlogs"][0]["publicKey"].pop("validFor"))).logs[0].valid_for is None
    empty = parse(edited(lambda root: root["tlogs"][0]["publicKey"].update(validFor={})))
    assert empty.logs[0].valid_for == TimeRange(None, None)


MOMENTS = {
    "2025-01-01T00:00:00Z": datetime.datetime(2025, 1, 1, tzinfo=UTC),
    "2025-01-01T00:00:00.5Z": datetime.datetime(2025, 1, 1, 0, 0, 0, 500000, UTC),
    "2025-01-01T00:00:00.123456789Z": datetime.datetime(2025, 1, 1, 0, 0, 0, 123456, UTC),
    "2025-01-01T02:00:00+02:00": datetime.datetime(2025, 1, 1, tzinfo=UTC),
    "2024-12-31T16:00:00-08:00": datetime.datetime(2025, 1, 1, tzinfo=UTC),
}
NO_MOMENTS = (
    "2025-01-01", "2025-01-01T00:00:00", "2025-01-01 00:00:00Z", "2025-01-01T00:00:00z", "2025-13-01T00:00:00Z",
    "2025-01-01T24:00:00Z", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00.1234567891Z", "0001-01-01T00:00:00+23:59",
    "2025-01-01T00:00:00Z\n", "٢٠٢٥-01-01T00:00:00Z", "20250101T000000Z", "1735689600", "",
)  # fmt: skip


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_read_in_utc(text: str) -> None:
    root = parse(edited(lambda root: root["tlogs"][0]["publicKey"].update(validFor={"start": text})))
    assert root.logs[0].valid_for == TimeRange(MOMENTS[text], None)


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment_is_refused(text: str) -> None:
    fault = refusal(edited(lambda root: root["tlogs"][0]["publicKey"].update(validFor={"start": text})))
    assert (fault.reason, fault.place.pointer) == ("json.value", "/tlogs/0/publicKey/validFor/start")


def test_an_authority_has_a_certificate() -> None:
    fault = refusal(edited(lambda root: root["certificateAuthorities"][0]["certChain"].update(certificates=[])))
    assert (fault.reason, fault.place.pointer) == ("json.value", "/certificateAuthorities/0/certChain/certificates")


REQUIRED = (
    ("mediaType",),
    ("tlogs", 0, "publicKey"),
    ("tlogs", 0, "publicKey", "rawBytes"),
    ("tlogs", 0, "publicKey", "keyDetails"),
    ("ctlogs", 1, "logId", "keyId"),
    ("certificateAuthorities", 0, "certChain"),
    ("timestampAuthorities", 0, "certChain", "certificates", 1, "rawBytes"),
)


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: "/".join(map(str, path)))
@pytest.mark.parametrize("value", [None, 7, "7", [], {}, True], ids=repr)
def test_t94_every_required_field_is_there_and_of_its_type(path: tuple[str | int, ...], value: object) -> None:
    def spoil(root: Any) -> None:
        for step in path[:-1]:
            root = root[step]
        if value is None:
            del root[path[-1]]
        else:
            root[path[-1]] = value

    if path[-1] == "keyDetails" and value == "7":
        assert parse(edited(spoil)).logs[0].key_details == "7"  # which key details are read is the verifier's to say
        return
    fault = refusal(edited(spoil))
    assert fault.reason in ("json.missing", "json.type", "base64.malformed", "trust.version_unsupported", "json.value")
    assert fault.place.source == "root.json"


def test_t90_a_trust_root_over_the_limit_is_not_parsed() -> None:
    with pytest.raises(FormatFault, match=r"limit\.trust_root"):
        parse_trusted_root(b"{" * 101, "root.json", limits=Limits(trust_root=100))


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(FormatFault):
        parse_trusted_root(data, "root.json")


@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    """One field replaced by any JSON: a typed value, or a fault that says where."""
    root = copy.deepcopy(ROOT)
    place: Any = root
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))
    )
    try:
        assert isinstance(parse(root), TrustedRoot)
    except FormatFault as fault:
        assert fault.place.pointer is not None
