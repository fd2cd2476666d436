"""A TUF repository in memory, such as projects publish their trust roots in; and a fetcher that reads nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient.fetcher import FetcherInterface

LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)


class Repository(FetcherInterface):
    """One repository, signed by one key in every role, under any address; `asked` is what was fetched."""

    def __init__(self, content: bytes, version: int = 1) -> None:
        self._signer = CryptoSigner.generate_ed25519()
        root = Root(expires=LATER, consistent_snapshot=True)
        for role in ("root", "timestamp", "snapshot", "targets"):
            root.add_key(self._signer.public_key, role)
        self.anchor = self._signed(root)
        self.asked: list[str] = []
        self.files: dict[str, bytes] = {}
        self.publish(content, version)

    def publish(self, content: bytes, version: int) -> None:
        """Let `content` be the trust root from here on, under this version of every list."""
        target = TargetFile.from_data("trusted_root.json", content, ["sha256"])
        targets = Targets(version=version, expires=LATER, targets={"trusted_root.json": target})
        snapshot = Snapshot(version=version, expires=LATER, meta={"targets.json": MetaFile(version)})
        timestamp = Timestamp(version=version, expires=LATER, snapshot_meta=MetaFile(version))
        self.files = {
            "timestamp.json": self._signed(timestamp),
            f"{version}.snapshot.json": self._signed(snapshot),
            f"{version}.targets.json": self._signed(targets),
            f"targets/{target.hashes['sha256']}.trusted_root.json": content,
        }

    def _signed(self, signed: Root | Snapshot | Targets | Timestamp) -> bytes:
        metadata = Metadata(signed)
        metadata.sign(self._signer)
        return metadata.to_bytes()

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.split("/", 3)[3]
        self.asked.append(path)
        if path not in self.files:
            raise DownloadHTTPError(f"{path} is not there", 404)
        yield self.files[path]
