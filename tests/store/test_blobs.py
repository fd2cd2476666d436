"""Bytes by digest: whole or absent, hashed on the way in and out. On both backends."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store.blobs import CHUNK, Blobs, open_blobs
from api.store.faults import StoreFault
from api.store.local_blobs import LocalBlobs
from api.store.object_blobs import ObjectBlobs
from tests.backends import Backend

ABSENT = "0" * 64


def refusal(work: Callable[..., object], *arguments: object) -> str:
    """The reason for which it is refused."""
    with pytest.raises(StoreFault) as refused:
        work(*arguments)
    return refused.value.reason


def damage(blobs: Blobs, sha256: str, content: bytes) -> None:
    """Put other bytes in the place of a blob, behind its back."""
    if isinstance(blobs, LocalBlobs):
        blobs._path(sha256).write_bytes(content)
    else:
        assert isinstance(blobs, ObjectBlobs)
        obstore.put(blobs._store, sha256, content)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_what_is_put_is_got_and_measured(backend: Backend, chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    stored = backend.blobs.put(chunks)
    assert (stored.sha256, stored.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert stored.digests["sha512"] == hashlib.sha512(whole).hexdigest()
    assert backend.blobs.put_bytes(whole) == stored.sha256
    assert backend.blobs.get(stored.sha256) == b"".join(backend.blobs.chunks(stored.sha256)) == whole
    assert backend.blobs.has(stored.sha256)


def test_large_bytes_come_and_go_by_chunks(backend: Backend) -> None:
    chunk = hashlib.sha256(b"seed").digest() * (CHUNK // 32)
    stored = backend.blobs.put((chunk for _ in range(20)), hashlib.sha256(chunk * 20).hexdigest())
    sizes = [len(part) for part in backend.blobs.chunks(stored.sha256)]
    assert sum(sizes) == stored.size == 20 * CHUNK
    assert max(sizes) <= 16 * CHUNK
    assert len(sizes) > 1


def test_bytes_that_are_not_those_announced_are_not_kept(backend: Backend) -> None:
    assert refusal(backend.blobs.put, [b"other"], ABSENT) == "blob.digest_mismatch"
    assert not backend.blobs.has(hashlib.sha256(b"other").hexdigest())
    assert list(backend.blobs.names()) == []


def test_what_is_not_there_is_missing_at_once(backend: Backend) -> None:
    assert refusal(backend.blobs.get, ABSENT) == "blob.missing"
    with pytest.raises(StoreFault):
        backend.blobs.chunks(ABSENT)
    assert not backend.blobs.has(ABSENT)
    backend.blobs.delete(ABSENT)


@pytest.mark.parametrize("other", [b"", b"righT", b"right and more", b"rig"])
def test_a_damaged_blob_is_never_given_out_and_heals_when_it_is_put_again(backend: Backend, other: bytes) -> None:
    sha256 = backend.blobs.put_bytes(b"right")
    damage(backend.blobs, sha256, other)
    assert refusal(backend.blobs.get, sha256) == "blob.damaged"
    assert backend.blobs.put([b"right"]).sha256 == sha256
    assert backend.blobs.get(sha256) == b"right"


def test_of_a_damaged_blob_the_last_chunk_never_comes(backend: Backend) -> None:
    stored = backend.blobs.put([b"x" * (3 * CHUNK)])
    damage(backend.blobs, stored.sha256, b"x" * (3 * CHUNK - 1) + b"y")
    came = 0
    with pytest.raises(StoreFault) as refused:
        for part in backend.blobs.chunks(stored.sha256):
            came += len(part)
    assert refused.value.reason == "blob.damaged"
    assert came < stored.size


def test_what_is_deleted_is_gone_and_the_rest_is_listed(backend: Backend) -> None:
    names = {backend.blobs.put_bytes(content) for content in (b"1", b"2", b"3")}
    gone = names.pop()
    backend.blobs.delete(gone)
    backend.blobs.check()
    assert set(backend.blobs.names()) == names
    assert refusal(backend.blobs.get, gone) == "blob.missing"


@pytest.mark.parametrize("name", ["", "..", "../" + "0" * 61, "0" * 63, "A" * 64, "0" * 64 + "\n", "0" * 63 + "/"])
def test_a_name_that_is_no_digest_is_our_mistake_and_reaches_no_path(backend: Backend, name: str) -> None:
    for work in (backend.blobs.get, backend.blobs.has, backend.blobs.delete, backend.blobs.chunks):
        with pytest.raises(ValueError, match="64 lower-case hex digits"):
            work(name)


def test_a_sender_that_breaks_off_leaves_nothing_and_is_told_as_it_was(backend: Backend, tmp_path: Path) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        backend.blobs.put(breaks_off())
    assert list(backend.blobs.names()) == []
    assert not list(tmp_path.glob("blobs/incoming/*"))


def test_files_and_their_directories_are_the_owners_alone(tmp_path: Path) -> None:
    blobs = LocalBlobs(str(tmp_path / "blobs"))
    path = blobs._path(blobs.put_bytes(b"secret"))
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_what_a_killed_process_had_begun_is_swept(tmp_path: Path) -> None:
    blobs = LocalBlobs(str(tmp_path / "blobs"))
    whole = blobs.put_bytes(b"whole")
    begun = tmp_path / "blobs" / "incoming" / "begun"
    begun.write_bytes(b"ha")
    os.utime(begun, (1000, 1000))
    assert blobs.sweep(1000) == 0
    assert blobs.sweep(1001) == 1
    assert list(blobs.names()) == [whole]


def test_a_store_that_is_away_is_unavailable_and_then_works(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"a file where the directory was")
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    assert refusal(blobs.put, [b"x"]) == "store.unavailable"
    assert refusal(blobs.get, ABSENT) == "store.unavailable"
    assert refusal(blobs.check) == "store.unavailable"
    (tmp_path / "blobs").unlink()
    assert blobs.get(blobs.put_bytes(b"x")) == b"x"


def test_an_object_store_that_is_away_or_refuses_us_is_unavailable(
    large_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = open_blobs("s3://tests/x?endpoint=http://127.0.0.1:9")
    bucketless = open_blobs(large_backend.blobs_url.replace("//tests/", "//no-such-bucket/"))
    assert refusal(bucketless.get, ABSENT) == refusal(bucketless.check) == "store.unavailable"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    stranger = open_blobs(large_backend.blobs_url)
    for blobs in (nowhere, stranger):
        assert refusal(blobs.get, ABSENT) == "store.unavailable"
        assert refusal(blobs.put, [b"x"]) == "store.unavailable"
        assert refusal(blobs.check) == "store.unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "blobs",
        "file://blobs",
        "file:///",
        "file:///blobs?x=y",
        "http://objects.example/",
        "s3://",
        "s3://bucket?secret=x",
        "s3://bucket?endpoint=http://objects.example",
        "s3://bucket?endpoint=http://127.0.0.1.example",
        "s3://bucket?endpoint=ftp://127.0.0.1",
    ],
)
def test_a_place_that_keeps_nothing_or_leaks_everything_is_refused(url: str) -> None:
    assert refusal(open_blobs, url) == "store.url"


def test_bytes_are_on_the_disk_before_their_name_and_the_name_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = LocalBlobs(str(tmp_path / "blobs"))
    blobs.put_bytes(b"before")
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def forced(descriptor: int) -> None:
        order.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        order.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", forced)
    monkeypatch.setattr(Path, "replace", renamed)
    blobs.put([b"new"])
    assert [step for step in order if step != "directory"] == ["file", "name"]
    assert order[-1] == "directory"
    order.clear()
    blobs.put_bytes(b"new")  # it is there, but who put it may not have come so far
    assert order == ["directory"]
