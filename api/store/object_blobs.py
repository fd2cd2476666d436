"""Blobs as objects of an S3-compatible store.

    s3://bucket/prefix/9f86d0…      the bytes of that SHA-256

What comes is first written to a file of this machine's, since its name is known only at its end; then it is put, and an
object appears whole. Credentials come from the environment, as every S3 client reads them: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, a web identity, or the machine's role.
"""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .addresses import is_here
from .blobs import CHUNK, SHA256, Stored, check_expected, check_name, checked, measured, missing
from .faults import StoreFault
from .local_blobs import translated, untranslated

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

PART = 16 * CHUNK
"""Bytes of a part of a large object: 10,000 of them, S3's most, are 160 GB."""

AT_ONCE = 4
"""Parts that are sent at once, each in memory: what a put takes, however large the object is."""

CONNECT, ANSWER = 5, 60
"""Seconds to wait for the store to be there, and for one answer."""

_NO_BUCKET = "NoSuchBucket"
"""S3's code for it. Spec: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

RETRY: RetryConfig = {"max_retries": 2, "retry_timeout": datetime.timedelta(seconds=ANSWER)}


class ObjectBlobs:
    """Blobs under `prefix` in an S3 bucket. Threads share it."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None = None, region: str = "us-east-1") -> None:
        from obstore.store import S3Store

        if endpoint is not None:
            check_endpoint(endpoint)
        settings: S3Config = {"region": region}
        if endpoint is not None:
            settings["endpoint"] = endpoint
        client: ClientConfig = {
            "allow_http": endpoint is not None and urlsplit(endpoint).scheme == "http",
            "connect_timeout": f"{CONNECT}s",
            "timeout": f"{ANSWER}s",
        }
        self._store = S3Store(bucket, prefix=prefix or None, config=settings, client_options=client, retry_config=RETRY)

    def put(self, chunks: Iterable[bytes], expected: str | None = None) -> Stored:
        import obstore

        with translated(), tempfile.TemporaryFile() as file:  # without a name: a process that is killed leaves none
            stored = measured(untranslated(chunks), file.write)
            check_expected(stored, expected)
            file.seek(0)
            with _answered():
                obstore.put(self._store, stored.sha256, file, chunk_size=PART, max_concurrency=AT_ONCE)
        return stored

    def put_bytes(self, content: bytes) -> str:
        import obstore

        stored = measured((content,), len)
        with _answered():
            obstore.put(self._store, stored.sha256, content, chunk_size=PART)
        return stored.sha256

    def get(self, sha256: str) -> bytes:
        return b"".join(self.chunks(sha256))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        import obstore

        check_name(sha256)
        with _answered(sha256):
            stream = obstore.get(self._store, sha256).stream(min_chunk_size=CHUNK)
        return checked(sha256, _read(iter(stream), sha256))

    def has(self, sha256: str) -> bool:
        import obstore

        check_name(sha256)
        try:
            with _answered(sha256):
                obstore.head(self._store, sha256)
        except StoreFault as fault:
            if fault.reason != "blob.missing":
                raise
            return False
        return True

    def delete(self, sha256: str) -> None:
        import obstore

        check_name(sha256)
        with _answered():
            obstore.delete(self._store, sha256)

    def names(self) -> Iterator[str]:
        import obstore

        with _answered():
            for batch in obstore.list(self._store):
                yield from (item["path"] for item in batch if SHA256.fullmatch(item["path"]))

    def check(self) -> None:
        import obstore

        with _answered():
            next(iter(obstore.list(self._store)), None)


def check_endpoint(endpoint: str) -> None:
    """That what is kept crosses the network sealed: https, or plain http on this machine itself.

    Raises:
        StoreFault: ``store.url``.
    """
    parts = urlsplit(endpoint)
    if parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or "")):
        return
    raise StoreFault(
        "store.url",
        f"{endpoint} is no endpoint of an object store",
        expected="https://…, or http:// on a loopback address",
        actual=endpoint,
    )


def _read(stream: Iterator[object], sha256: str) -> Iterator[bytes]:
    with _answered(sha256):
        for part in stream:
            yield bytes(part)  # type: ignore[call-overload]  # a buffer, which typing cannot name before 3.12


@contextlib.contextmanager
def _answered(sha256: str | None = None) -> Iterator[None]:
    """What the object store refuses becomes a fault: that there is no such bucket does not mean that a blob is missing.

    Raises:
        StoreFault: ``blob.missing``, ``store.unavailable``.
    """
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        if sha256 is not None and isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
            raise missing(sha256) from None
        said = str(error).partition("\n")[0]
        raise StoreFault("store.unavailable", f"the object store does not answer as it should: {said}") from error
