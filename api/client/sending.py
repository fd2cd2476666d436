"""An artifact's bytes on their way to a service: whole, or where they are many, in parts that need not be sent twice.

    POST /v1/uploads ──► PATCH, PATCH, … each from where the service is; after a break, HEAD asks where that is

Spec: tus 1.0.0, core and creation, https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx

from attestations.faults import Fault

from .asking import Asking, refusal
from .faults import RemoteFault

MIB = 1 << 20

WHOLE = 64 * MIB
"""Bytes up to which an artifact is sent in one piece."""

PART = 16 * MIB
"""Bytes that are sent again at most, where a connection breaks."""

_TUS = {"Tus-Resumable": "1.0.0"}
_OFFSET = "Upload-Offset"

Source = Callable[[int, int], Iterator[bytes]]
"""The bytes of an artifact: so many, from there on."""


def send(asking: Asking, sha256: str, source: Source, size: int, name: str) -> None:
    """Send an artifact. The service refuses what does not have this digest (``blob.digest_mismatch``).

    Raises:
        RemoteFault: ``remote.*``, and what the service refuses it for.
    """
    if size <= WHOLE:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        path = f"/v1/artifacts/{sha256}?name={quote(name, safe='')}"
        asking.ask("PUT", path, body=lambda: source(0, size), headers=headers)
        return
    told = f"sha256 {_base64(sha256)},filename {_base64(name)}"
    begun = asking.ask("POST", "/v1/uploads", headers={**_TUS, "Upload-Length": str(size), "Upload-Metadata": told})
    path, offset = begun.headers.get("Location", ""), _offset(begun, size)
    if not path.startswith("/v1/uploads/"):
        raise RemoteFault("remote.answer", "the service does not say where the bytes go")
    while offset < size:
        offset = _part(asking, path, source, offset, size)


def _part(asking: Asking, path: str, source: Source, offset: int, size: int) -> int:
    """Send the next part; where to carry on."""
    length = min(PART, size - offset)
    headers = {
        **_TUS,
        _OFFSET: str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(length),
    }
    answer = asking.ask("PATCH", path, body=lambda: source(offset, length), headers=headers, taking={409})
    if answer.status_code == 409:
        fault: Fault = refusal(answer)
        if fault.reason != "upload.offset":
            raise fault
        answer = asking.ask("HEAD", path, headers=_TUS)
    return _offset(answer, size)


def _offset(answer: httpx.Response, size: int) -> int:
    text = answer.headers.get(_OFFSET, "")
    if not text.isdecimal() or int(text) > size:
        raise RemoteFault("remote.answer", "the service does not say how much came", actual=text[:40])
    return int(text)


def _base64(text: str) -> str:
    return b64encode(text.encode("utf-8")).decode("ascii")
