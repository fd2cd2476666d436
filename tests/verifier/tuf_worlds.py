"""A TUF repository made by the `tuf` library, to be changed and served; two clients of it: ours, and the library's."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError, DownloadLengthMismatchError, RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from attestations.limits import DEFAULT_LIMITS
from verifier.updates.tuf.client import Bounds, Found, Session, find, refresh
from verifier.updates.tuf.driving import drive

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
LATER = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
EARLIER = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
TARGET, CONTENT = "endpoint-7.1.0.exe", b"bytes of a release"
ROLES = ("root", "timestamp", "snapshot", "targets")


class World:
    """A repository of one target. Roles are `tuf`'s objects, to be edited; `sign` puts them among what is `served`."""

    def __init__(self) -> None:
        self.signers = {role: CryptoSigner.generate_ed25519() for role in (*ROLES, "first", "second")}
        self.root = Root(expires=LATER, consistent_snapshot=True)
        for role in ROLES:
            self.root.add_key(self.signers[role].public_key, role)
        target = TargetFile.from_data(TARGET, CONTENT, ["sha256"])
        self.targets = Targets(expires=LATER, targets={TARGET: target})
        self.delegated: dict[str, Targets] = {}
        self.snapshot = Snapshot(expires=LATER)
        self.timestamp = Timestamp(expires=LATER)
        self.served: dict[str, bytes] = {}
        self.kept = {"root": self.sign_root()}
        self.sign()

    def sign_root(self, *more: CryptoSigner) -> bytes:
        data = signed(self.root, self.signers["root"], *more)
        self.served[f"{self.root.version}.root.json"] = data
        return data

    def sign(self) -> None:
        """List and sign all roles below the root as they are now."""
        for name, targets in {"targets": self.targets, **self.delegated}.items():
            self.served[f"{targets.version}.{name}.json"] = signed(targets, self.signers[name])
            self.snapshot.meta[f"{name}.json"] = MetaFile(targets.version)
        self.served[f"{self.snapshot.version}.snapshot.json"] = signed(self.snapshot, self.signers["snapshot"])
        self.timestamp.snapshot_meta = MetaFile(self.snapshot.version)
        self.served["timestamp.json"] = signed(self.timestamp, self.signers["timestamp"])

    def release(self) -> None:
        """Publish the next version of every role below the root."""
        for role in (self.targets, self.snapshot, self.timestamp):
            role.version += 1
        self.sign()

    def give_other_keys(self) -> None:
        """Have a second root give timestamp and snapshot to other keys, which sign what there is."""
        for role, other in (("timestamp", "first"), ("snapshot", "second")):
            self.root.revoke_key(self.signers[role].public_key.keyid, role)
            self.signers[role] = self.signers[other]
            self.root.add_key(self.signers[role].public_key, role)
        self.root.version = 2
        self.sign_root()
        self.sign()

    def offer(self, content: bytes, algorithm: str = "sha256") -> None:
        """List `content` as the target, in the next version."""
        self.targets.targets[TARGET] = TargetFile.from_data(TARGET, content, [algorithm])
        self.release()

    def lay_out(self, folder: Path, content: bytes = CONTENT) -> None:
        """The repository as files, `content` in the target's place; and its root as it is handed over beside it."""
        target = self.targets.targets.get(TARGET)
        hashed = "".join(target.hashes.values()) if target is not None else "none"
        for name, data in {f"metadata/{n}": d for n, d in self.served.items()}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        (folder / "targets").mkdir(exist_ok=True)
        (folder / "targets" / f"{hashed}.{TARGET}").write_bytes(content)
        folder.with_suffix(".json").write_bytes(self.kept["root"])

    def delegate(self, *roles: tuple[str, list[str], bool]) -> None:
        """Hand paths on to roles by name, patterns, and whether the search ends with them."""
        keys = {self.signers[name].public_key.keyid: self.signers[name].public_key for name, _, _ in roles}
        self.targets.delegations = Delegations(
            keys,
            {
                name: DelegatedRole(name, [self.signers[name].public_key.keyid], 1, terminating, paths)
                for name, paths, terminating in roles
            },
        )
        for name, _, _ in roles:
            self.delegated.setdefault(name, Targets(expires=LATER))


def signed(role: Any, *signers: CryptoSigner) -> bytes:
    """`role` as a file, with the signatures of `signers`."""
    metadata = Metadata(role)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes()


class Client:
    """Our client; `kept` outlives its sessions, `asked` are the files it wanted."""

    def __init__(self, world: World, *, bounds: Bounds | None = None) -> None:
        self.kept = dict(world.kept)
        self.asked: list[str] = []
        self.bounds = bounds or Bounds()
        self._answering = InMemory(world.served, self.kept, self.asked)

    def refresh(self, now: datetime.datetime = NOW) -> Session:
        return drive(refresh(now=now, limits=DEFAULT_LIMITS, bounds=self.bounds), self._answering)

    def find(self, path: str = TARGET, now: datetime.datetime = NOW) -> Found:
        return drive(find(self.refresh(now), path), self._answering)


class InMemory:
    """A repository's files and a client's store, each a mapping; `asked` grows by the names that were wanted."""

    def __init__(self, served: Mapping[str, bytes], store: dict[str, bytes], asked: list[str] | None = None) -> None:
        self._served = served
        self._store = store
        self._asked = asked if asked is not None else []

    def kept(self, role: str) -> bytes | None:
        return self._store.get(role)

    def keep(self, role: str, content: bytes) -> None:
        self._store[role] = content

    def fetch(self, name: str, most: int) -> bytes | None:
        self._asked.append(name)
        content = self._served.get(name)
        return content if content is not None and len(content) <= most else None


class _Served(FetcherInterface):
    def __init__(self, world: World) -> None:
        self._world = world

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.rpartition("/")[2]
        if name not in self._world.served:
            raise DownloadHTTPError(name, 404)
        yield self._world.served[name]


def library_finds(world: World, path: str = TARGET) -> bool:
    """Whether the library's client, new to the repository, refreshes and finds `path`. Its clock is the machine's."""
    with tempfile.TemporaryDirectory() as folder:
        updater = Updater(
            str(Path(folder)),
            "http://repository.example/",
            fetcher=_Served(world),
            config=UpdaterConfig(),
            bootstrap=world.kept["root"],
        )
        try:
            return updater.get_targetinfo(path) is not None
        except (RepositoryError, DownloadHTTPError, DownloadLengthMismatchError):
            return False
