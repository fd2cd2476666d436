"""The `tuf` library's own client, led through a session that ours had: its workflow, its rules, its search.

It keeps files in a directory, fetches from addresses and reads the clock. Here it keeps in memory, is served what our
session was served, and asks at the session's `now`, which it takes no argument for. Whatever of it would reach the disk
in another version of the library ends the process, which is a crash and no answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError, RepositoryError
from tuf.ngclient import Updater, UpdaterConfig  # type: ignore[attr-defined]  # they are theirs to give
from tuf.ngclient.fetcher import FetcherInterface

from .tuf_questions import AskedRepository, RepositoryAnswer

ENGINE = "tuf"
VERSION = version("tuf")

_BASE = "repository:///"


def answer(asked: AskedRepository) -> RepositoryAnswer:
    """Where it comes to, or why it refuses. Raises: whatever it breaks with."""
    try:
        client = _Client(asked)
        client.refresh()
        found = client.get_targetinfo(asked.path) if asked.path is not None else None
    except (RepositoryError, DownloadError) as error:
        return RepositoryAnswer(ENGINE, VERSION, "refuses", _words(error))
    trusted = client.trusted
    roles = {"root": trusted.root, "timestamp": trusted.timestamp, "snapshot": trusted.snapshot}
    return RepositoryAnswer(
        ENGINE,
        VERSION,
        "accepts",
        versions={name: role.version for name, role in {**roles, "targets": trusted.targets}.items()},
        length=found.length if found is not None else None,
        hashes=dict(found.hashes) if found is not None else {},
    )


def _words(error: BaseException) -> str:
    """Its words, and those of what it was caused by: a file that it cannot read says no more than that by itself."""
    said = f"{type(error).__name__}: {error}"
    cause = error.__cause__
    return said if cause is None else f"{said}: {type(cause).__name__}: {cause}"


class _Client(Updater):
    """Their client without disk, network and clock."""

    def __init__(self, asked: AskedRepository) -> None:
        self._kept = {quote(role, safe=""): content for role, content in asked.kept.items()}
        bounds = asked.bounds
        super().__init__(
            os.devnull,  # a directory where no file can be
            _BASE,
            fetcher=_Served(asked.served),
            config=UpdaterConfig(
                max_root_rotations=bounds.roots,
                max_delegations=bounds.delegations,
                root_max_length=bounds.root,
                timestamp_max_length=bounds.timestamp,
                snapshot_max_length=bounds.snapshot,
                targets_max_length=bounds.targets,
            ),
            bootstrap=asked.kept["root"],
        )
        self.trusted.reference_time = asked.now

    @property
    def trusted(self) -> Any:
        """What it trusts so far."""
        return self._trusted_set

    def _load_local_metadata(self, rolename: str) -> bytes:
        try:
            return self._kept[quote(rolename, safe="")]
        except KeyError:
            raise FileNotFoundError(rolename) from None

    def _persist_metadata(self, rolename: str, data: bytes) -> None:
        self._kept[quote(rolename, safe="")] = data

    def _persist_root(self, version: int, data: bytes) -> None:
        """Nothing: it trusts the root already."""

    def _update_root_symlink(self) -> None:
        """Nothing: there is no directory."""


class _Served(FetcherInterface):
    """The files that our session fetched, by name."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def download_bytes(self, url: str, max_length: int) -> bytes:
        content = b"".join(self.fetch(url))
        if len(content) > max_length:
            raise DownloadLengthMismatchError(f"{len(content)} bytes, where {max_length} are taken")
        return content

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_BASE)
        if name not in self._files:
            raise DownloadHTTPError(name, 404)
        return iter([self._files[name]])
