"""Trust roots and keys by name: those the installed `sigstore` library ships, and those the user refreshed or added.

    packaged    sigstore, sigstore-staging     read out of the installed library; nothing is fetched for them
    refreshed   the same two                   by `countersign trust update`, from the project's TUF repository
    added       any other name                 by `countersign trust add`
    imported    any name                       by `countersign trust import`, dated as the store it came from had it

Each has a date: the moment at which somebody is known to have held it to be current. A packaged root states none, and
neither does its package, so its date is the start of its newest key: it cannot be much older than that, and its age is
an upper bound. A refreshed root has the moment of its refresh, an added one the moment at which it was added.

An entry is one file, replaced in one step, that holds the digest of its content. A damaged one is refused, and never
silently passed over for the packaged root. Of two sound ones the later counts: the library may have been updated since.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from msgspec import Struct

from attestations.faults import Fault, FormatFault, Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from verifier.faults import TrustFault

from .files import Files

FORMAT = "countersign.trust/1"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

INSTANCES = {
    "sigstore": "https://tuf-repo-cdn.sigstore.dev",
    "sigstore-staging": "https://tuf-repo-cdn.sigstage.dev",
}
"""The names that the library's store has, and the TUF repository of each."""


class Stored(Struct, frozen=True):
    """A trust root or key file: its bytes, and the moment from which its age counts.

    `origin` is ``packaged``, ``refreshed``, ``added`` or ``imported``; `source` where its bytes came from. `version`
    is that of the TUF targets metadata that named it, 0 where none did.
    """

    name: str
    content: bytes
    dated: datetime.datetime
    origin: str
    source: str
    version: int = 0

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class TrustStore(Protocol):
    """Named trust material."""

    def get(self, name: str) -> Stored | None:
        """The entry of that name, None where there is none."""
        ...

    def all(self) -> tuple[Stored, ...]:
        """Every entry, by name."""
        ...

    def put(self, entry: Stored) -> None:
        """Keep `entry` under its name, in place of what stood there."""
        ...


class LocalTrustStore:
    """The packaged roots, and a directory of the user's (made on the first `put`)."""

    def __init__(self, files: Files, directory: Path | None = None) -> None:
        self._files = files
        self._directory = directory

    @property
    def directory(self) -> Path:
        """Where the user's entries stand."""
        if self._directory is None:
            self._directory = _user_directory()
        return self._directory

    def get(self, name: str) -> Stored | None:
        path = self._path(name)
        shipped = packaged(name)
        if not self._files.exists(str(path)):
            return shipped
        entry = _read_entry(self._files.read(str(path), "trust_root", _ENTRY_LIMITS), name, str(path))
        return shipped if shipped is not None and shipped.dated > entry.dated else entry

    def all(self) -> tuple[Stored, ...]:
        return tuple(entry for name in self.names() if (entry := self.get(name)) is not None)

    def names(self) -> tuple[str, ...]:
        """The name of every entry, sound or not."""
        return tuple(sorted({*INSTANCES, *self._own_names()}))

    def put(self, entry: Stored) -> None:
        path = self._path(entry.name)
        self._files.make_directory(str(path.parent))
        self._files.write(str(path), _write_entry(entry))

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise TrustFault("trust.name_malformed", f"{name[:80]!r} is no name for a trust root")
        return self.directory / f"root-{name}.json"

    def _own_names(self) -> Iterator[str]:
        for path in self.directory.glob("root-*.json"):
            name = path.name.removeprefix("root-").removesuffix(".json")
            if NAME.fullmatch(name):
                yield name


_ENTRY_LIMITS = type(DEFAULT_LIMITS)(trust_root=2 * DEFAULT_LIMITS.trust_root)
"""An entry holds its content in base64, which takes a third more."""


def packaged(name: str) -> Stored | None:
    """The root of that name out of the installed library, None where it ships none."""
    content = _packaged_file(name, "trusted_root.json")
    if content is None:
        return None
    return Stored(name, content, _newest_start(content), "packaged", "the installed sigstore library")


def packaged_anchor(name: str) -> bytes | None:
    """The TUF root metadata that the installed library ships for the instance of that name."""
    return _packaged_file(name, "root.json")


def _packaged_file(name: str, file: str) -> bytes | None:
    if name not in INSTANCES:
        return None
    try:
        return pkgutil.get_data("sigstore", f"_store/{quote(INSTANCES[name], safe='')}/{file}")
    except FileNotFoundError:
        return None


def _newest_start(content: bytes) -> datetime.datetime:
    return max(map(datetime.datetime.fromisoformat, _starts(loads(content))))


def _starts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("start"), str):
            yield value["start"]
        for member in value.values():
            yield from _starts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _starts(item)


def _write_entry(entry: Stored) -> bytes:
    import json

    return json.dumps(entry_document(entry), indent=1).encode("ascii") + b"\n"


def entry_document(entry: Stored) -> dict[str, str | int]:
    """An entry as JSON holds it, in a store or on its way to another."""
    return {
        "format": FORMAT,
        "name": entry.name,
        "dated": entry.dated.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "origin": entry.origin,
        "source": entry.source,
        "version": entry.version,
        "sha256": entry.sha256,
        "content": base64.b64encode(entry.content).decode("ascii"),
    }


def _read_entry(data: bytes, name: str, path: str) -> Stored:
    try:
        entry = read_entry(Node(loads(data, source=path), path))
        if entry.name != name:
            raise FormatFault("json.value", "not an entry of that name", place=Place(path))
    except Fault as fault:
        detail = f"the stored entry is damaged: {fault.detail}"
        raise TrustFault("trust.store_damaged", detail, place=Place(path)) from None
    return entry


def read_entry(node: Node) -> Stored:
    """The entry that a JSON object holds, whole as it was written.

    Raises:
        FormatFault: ``json.*``, also where its content is not the one it states.
    """
    place = Place(node.source, node.pointer)
    if node.field("format").text() != FORMAT:
        raise FormatFault("json.value", "not an entry of that format", place=place)
    try:
        dated = datetime.datetime.fromisoformat(node.field("dated").text())
    except ValueError as error:
        raise FormatFault("json.value", str(error), place=place) from None
    entry = Stored(
        node.field("name").text(),
        node.field("content").base64(),
        dated,
        node.field("origin").text(),
        node.field("source").text(),
        node.field("version").integer(),
    )
    if entry.sha256 != node.field("sha256").text() or dated.utcoffset() is None:
        raise FormatFault("json.value", "its content is not what was stored", place=place)
    return entry


def _user_directory() -> Path:
    import platformdirs

    directory = Path(platformdirs.user_data_dir("countersign", appauthor=False)) / "trust"
    if not directory.is_absolute():
        # A relative one would let the directory we are called in, which may be the vendor's, say whom to trust (T71).
        detail = "the user's data directory is not an absolute path"
        raise TrustFault("trust.store_damaged", detail, place=Place(str(directory)))
    return directory
