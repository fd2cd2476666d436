"""Resumable uploads: what came before a break counts, on whichever node; what is not as announced is not kept."""

from __future__ import annotations

import datetime
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from api.effects.faults import RequestFault
from api.http.app import create_app
from api.usecases.service.service import Settings
from api.usecases.service.uploads import LIFE, MOST, begin_upload, find_upload, take_part
from tests.backends import Backend

from ..service.making import AUDITOR, StandingClock
from .asking import OTHER_TENANT, RELEASE, Asking, asked, sha256

Headers = dict[str, str]
TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = bytes(range(256)) * 40


def begin(asking: Asking, headers: Headers, digest: str, size: int, name: str = "big.iso") -> Any:
    metadata = ",".join(
        f"{key} {b64encode(value.encode()).decode()}" for key, value in (("sha256", digest), ("filename", name))
    )
    told = {"Upload-Length": str(size), "Upload-Metadata": metadata}
    return asking.client.post("/v1/uploads", headers=headers | TUS | told)


def send(asking: Asking, headers: Headers, where: str, offset: int, content: bytes) -> Any:
    told = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return asking.client.patch(where, content=content, headers=headers | TUS | told)


def offset(asking: Asking, headers: Headers, where: str) -> int:
    answer = asking.client.head(where, headers=headers | TUS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])


def test_parts_become_an_artifact(asking_each: Asking) -> None:
    asking, headers = asking_each, asking_each.token()
    before = set(asking.service.blobs.names())
    begun = begin(asking, headers, sha256(CONTENT), len(CONTENT))
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    where = begun.headers["location"]
    for start in range(0, len(CONTENT), 4096):
        assert offset(asking, headers, where) == start
        sent = send(asking, headers, where, start, CONTENT[start : start + 4096])
        assert (sent.status_code, sent.content) == (204, b"")
    assert offset(asking, headers, where) == len(CONTENT)
    found = asking.client.get(f"/v1/artifacts/{sha256(CONTENT)}", headers=headers).json()
    assert (found["name"], found["size"], len(found["digests"])) == ("big.iso", len(CONTENT), 4)
    assert set(asking.service.blobs.names()) - before == {sha256(CONTENT)}


def test_another_node_carries_on_where_one_was_cut_off(asking: Asking, auditor: Headers) -> None:
    """What came of a part that broke off is kept; the service may have been started again since."""
    progress = begin_upload(asking.service, AUDITOR, sha256(CONTENT), None, len(CONTENT))

    def broken() -> Iterator[bytes]:
        yield CONTENT[:3000]
        raise RequestFault("request.malformed", "the body ended before its end")

    with pytest.raises(RequestFault, match="ended before its end"):
        take_part(asking.service, AUDITOR, progress.upload.id, 0, broken())
    where = f"/v1/uploads/{progress.upload.id}"
    asking.client.app = create_app(asking.service)
    assert offset(asking, auditor, where) == 3000
    assert send(asking, auditor, where, 3000, CONTENT[3000:]).status_code == 204
    assert asking.client.get(f"/v1/artifacts/{sha256(CONTENT)}", headers=auditor).json()["size"] == len(CONTENT)


def test_a_part_that_breaks_off_at_once_leaves_nothing(asking: Asking) -> None:
    progress = begin_upload(asking.service, AUDITOR, sha256(CONTENT), None, len(CONTENT))
    before = set(asking.service.blobs.names())

    def broken() -> Iterator[bytes]:
        raise RequestFault("request.too_slow", "nothing came")
        yield b""

    with pytest.raises(RequestFault, match="nothing came"):
        take_part(asking.service, AUDITOR, progress.upload.id, 0, broken())
    assert set(asking.service.blobs.names()) == before
    assert find_upload(asking.service, AUDITOR, progress.upload.id).offset == 0


def test_bytes_that_are_not_as_announced_are_not_kept(asking: Asking, auditor: Headers) -> None:
    before = set(asking.service.blobs.names())
    where = begin(asking, auditor, RELEASE.sha256, len(CONTENT)).headers["location"]
    assert send(asking, auditor, where, 0, CONTENT[:100]).status_code == 204
    refused = send(asking, auditor, where, 100, CONTENT[100:])
    assert (refused.status_code, refused.json()["reason"]) == (409, "blob.digest_mismatch")
    assert asking.client.head(where, headers=auditor | TUS).status_code == 404
    assert set(asking.service.blobs.names()) == before


def test_a_part_belongs_where_the_last_one_ended(asking: Asking, auditor: Headers) -> None:
    where = begin(asking, auditor, sha256(CONTENT), len(CONTENT)).headers["location"]
    assert send(asking, auditor, where, 0, CONTENT[:100]).status_code == 204
    for start, content in ((0, CONTENT[:100]), (50, CONTENT[50:]), (101, CONTENT[101:]), (100, CONTENT)):
        refused = send(asking, auditor, where, start, content)
        assert (refused.status_code, refused.json()["reason"]) == (409, "upload.offset")
    assert offset(asking, auditor, where) == 100


def test_an_upload_is_its_tenants_and_can_be_broken_off(asking: Asking, auditor: Headers) -> None:
    where = begin(asking, auditor, sha256(CONTENT), len(CONTENT)).headers["location"]
    send(asking, auditor, where, 0, CONTENT[:100])
    stranger = asking.token(OTHER_TENANT)
    assert asking.client.head(where, headers=stranger | TUS).status_code == 404
    assert send(asking, stranger, where, 100, CONTENT[100:]).status_code == 404
    assert asking.client.delete(where, headers=stranger | TUS).status_code == 404
    before = len(list(asking.service.blobs.names()))
    assert asking.client.delete(where, headers=auditor | TUS).status_code == 204
    assert asking.client.head(where, headers=auditor | TUS).status_code == 404
    assert len(list(asking.service.blobs.names())) == before - 1


def test_what_is_begun_is_bounded_in_size_number_and_time(embedded_backend: Backend) -> None:
    with asked(embedded_backend, settings=Settings("tests", largest_artifact=1000)) as asking:
        headers = asking.token()
        assert begin(asking, headers, sha256(b""), 1001).json()["reason"] == "request.too_large"
        places = [begin(asking, headers, sha256(b"x"), 1).headers["location"] for _ in range(MOST)]
        assert begin(asking, headers, sha256(b"x"), 1).json()["reason"] == "upload.too_many"
        clock = asking.service.clock
        assert isinstance(clock, StandingClock)
        clock.forward(LIFE + datetime.timedelta(seconds=1))
        assert asking.client.head(places[0], headers=headers | TUS).status_code == 404
        begun = [begin(asking, headers, sha256(b"x"), 1).status_code for _ in range(9)]
        assert begun == [201] * 9  # each lets go of some that are too old


@pytest.mark.parametrize(
    "metadata", ["sha256", "sha256 !", "sha256 eA==", "filename eA==", "sha256 eA==,sha256 eA==", "sha256 //4="]
)
def test_metadata_says_what_the_whole_is(asking: Asking, auditor: Headers, metadata: str) -> None:
    answer = asking.client.post(
        "/v1/uploads", headers=auditor | TUS | {"Upload-Length": "1", "Upload-Metadata": metadata}
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "request.invalid")


def test_another_version_of_tus_is_refused_and_this_one_is_told(asking: Asking, auditor: Headers) -> None:
    told = {"Upload-Length": "1", "Upload-Metadata": "sha256 eA==", "Tus-Resumable": "0.2.2"}
    answer = asking.client.post("/v1/uploads", headers=auditor | told)
    assert (answer.status_code, answer.json()["reason"]) == (412, "upload.version")
    asked_for = asking.client.options("/v1/uploads")
    assert (asked_for.status_code, asked_for.headers["tus-version"]) == (204, "1.0.0")
