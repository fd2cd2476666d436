"""Trust documents that this machine's user has pinned: by name, one file each, replaced whole."""

from __future__ import annotations

from pathlib import Path

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from verifier.faults import TrustFault

from .files import Files
from .trust_store import NAME
from .writing import write_whole

_END = ".root.json"


class PinnedDocuments:
    """The folder at `directory`, made when the first document is pinned."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory
        self._files = files

    def get(self, name: str) -> bytes | None:
        """The document pinned as `name`; None where there is none. Raises: TrustFault ``trust_document.name``."""
        path = str(self._path(name))
        return self._files.read(path, "trust_root", DEFAULT_LIMITS) if self._files.exists(path) else None

    def names(self) -> tuple[str, ...]:
        """What is pinned."""
        return tuple(sorted(path.name.removesuffix(_END) for path in self._directory.glob(f"*{_END}")))

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` as `name`, in place of what stood there.

        Raises:
            TrustFault: ``trust_document.name``.
            OutputFault: ``output.unwritable``.
        """
        path = self._path(name)
        self._directory.mkdir(parents=True, exist_ok=True)
        write_whole(str(path), content)

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            detail = "not a name that a document can be pinned as"
            raise TrustFault("trust_document.name", detail, place=Place(name[:80]), expected=NAME.pattern)
        return self._directory / f"{name}{_END}"
