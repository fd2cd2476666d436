"""A repository of updates: files by name, from an address or a directory, none longer than what was asked for.

The whole of a fetch has a deadline, and not each read of it: a server that sends a byte now and then ends like one that
sends nothing (U10). What is not there is None; an answer that decides nothing is a fault.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from verifier.faults import UpdateFault

SECONDS = 60
"""For one file of metadata; the largest that is read has five million bytes."""

_CHUNK = 64 * 1024


class Repository(Protocol):
    """Whatever serves files by name."""

    def fetch(self, name: str, most: int) -> bytes | None:
        """The file `name` (percent-encoded), None where there is none or it has more than `most` bytes.

        Raises:
            UpdateFault: ``update.unreachable``.
        """
        ...


class DirectoryRepository:
    """Files under a directory: a mirror that was carried here."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()

    def fetch(self, name: str, most: int) -> bytes | None:
        for path in (self._directory / name, self._directory / unquote(name)):
            if path.resolve().is_relative_to(self._directory) and path.is_file():
                with path.open("rb") as file:
                    content = file.read(most + 1)
                return content if len(content) <= most else None
        return None


class HttpRepository:
    """Files under a base address. Proxies and certificates are those of the environment; redirects are not followed."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")

    def fetch(self, name: str, most: int) -> bytes | None:
        import requests

        try:
            return _fetch(f"{self._base}/{name}", most)
        except requests.RequestException as error:
            detail = f"{self._base} does not answer: {type(error).__name__}"
            raise UpdateFault("update.unreachable", detail) from None


def _fetch(url: str, most: int) -> bytes | None:
    import requests

    until = time.monotonic() + SECONDS
    with requests.get(url, stream=True, timeout=SECONDS, allow_redirects=False) as answer:
        if answer.status_code in (403, 404):
            return None
        if answer.status_code != requests.codes.ok:
            raise UpdateFault("update.unreachable", "an answer that is no file", actual=str(answer.status_code))
        content = b""
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > most:
                return None
            if time.monotonic() > until:
                raise UpdateFault("update.unreachable", f"no whole file within {SECONDS} seconds")
    return content
