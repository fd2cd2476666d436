"""The `tuf` library's own client, before a repository that is held in memory; what it keeps outlives its sessions."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.ngclient import Updater, Urllib3Fetcher
from tuf.ngclient.fetcher import FetcherInterface
from urllib3.exceptions import HTTPError

from .seen import ACCEPTS, REFUSES, WAITS, Peer

REPOSITORY = "http://repository.example/"


def version() -> str:
    return importlib.metadata.version("tuf")


class Library:
    """A client in `folder`, whose first root is `root`."""

    def __init__(self, folder: Path, root: bytes) -> None:
        self._folder, self._root = folder, root
        for name in ("metadata", "targets"):
            (folder / name).mkdir(parents=True)

    def take(self, served: Mapping[str, bytes], targets: Mapping[str, bytes], paths: tuple[str, ...]) -> Peer:
        """Refresh, then find and download each of `paths`, in one session: whether all of it was taken."""
        try:
            updater = Updater(
                str(self._folder / "metadata"),
                REPOSITORY,
                target_dir=str(self._folder / "targets"),
                target_base_url=f"{REPOSITORY}targets/",
                fetcher=_InMemory(served, targets),
                bootstrap=self._root,
            )
            updater.refresh()
            for path in paths:
                found = updater.get_targetinfo(path)
                if found is None:
                    return Peer(REFUSES, "no such target")
                updater.download_target(found)
        except (RepositoryError, DownloadError) as error:
            return Peer(REFUSES, f"{type(error).__name__}: {error}".splitlines()[0][:200])
        return Peer(ACCEPTS)

    def outside(self) -> bool:
        """Whether a file lies beside the client's folder that nobody else put there."""
        return any(path != self._folder for path in self._folder.parent.iterdir())


def waits_for(folder: Path, root: bytes, address: str, seconds: float) -> Peer:
    """Refresh from a server, each read limited to a second, and be watched for so long."""
    (folder / "metadata").mkdir(parents=True)
    updater = Updater(str(folder / "metadata"), address, fetcher=Urllib3Fetcher(socket_timeout=1), bootstrap=root)
    ended: list[Exception] = []

    def refresh() -> None:
        try:
            updater.refresh()
        except (RepositoryError, DownloadError, HTTPError) as error:
            ended.append(error)

    waiting = threading.Thread(target=refresh, daemon=True)
    waiting.start()
    waiting.join(seconds)
    return Peer(WAITS) if waiting.is_alive() else Peer(REFUSES, type(ended[0]).__name__)


class _InMemory(FetcherInterface):
    def __init__(self, served: Mapping[str, bytes], targets: Mapping[str, bytes]) -> None:
        self._served, self._targets = served, targets

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.removeprefix(REPOSITORY)
        if path.startswith("targets/"):
            # Consistent snapshots put the digest before the name.
            folder, slash, name = path.removeprefix("targets/").rpartition("/")
            yield self._targets[f"{folder}{slash}{name.partition('.')[2]}"]
        elif path in self._served:
            yield self._served[path]
        else:
            raise DownloadHTTPError(path, 404)
