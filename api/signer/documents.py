"""The service's own trust documents, in the signer's directory: every version, each vouched for by the one before.

trust/1.root.json, trust/2.root.json, …         as TUF calls them, and as they are published
"""

from __future__ import annotations

from pathlib import Path

from attestations.faults import Fault, Place
from attestations.trust_documents import TrustDocument
from verifier.trust_documents import begin, succeed

from ..effects.keys.making import write_new
from .faults import SignerFault


class Documents:
    """The folder at `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def contents(self) -> tuple[bytes, ...]:
        """All versions, as bytes, in their order."""
        contents: list[bytes] = []
        while (path := self._path(len(contents) + 1)).is_file():
            contents.append(path.read_bytes())
        return tuple(contents)

    def current(self) -> TrustDocument | None:
        """The newest version, all before having been held to one another; None where there is none.

        Raises:
            SignerFault: ``signer.damaged``.
        """
        try:
            return follow(self.contents(), "root.json")
        except Fault as fault:
            damaged = SignerFault("signer.damaged", f"the trust documents do not follow from one another: {fault}")
            damaged.at(Place(self._directory.name))
            raise damaged from None

    def add(self, content: bytes) -> TrustDocument:
        """Keep the next version, where it follows on those that are here; one that is here already changes nothing.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.unsigned``.
            TrustFault: ``trust_document.*``.
            SignerFault: ``signer.damaged``.
            OutputFault: ``output.*``.
        """
        held = self.contents()
        if content in held:
            return begin(content, source="trust document")
        before = self.current()
        name = "trust document"
        document = begin(content, source=name) if before is None else succeed(before, content, source=name)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(str(self._path(len(held) + 1)), content, 0o644)
        return document

    def _path(self, version: int) -> Path:
        return self._directory / f"{version}.root.json"


def follow(contents: tuple[bytes, ...], source: str) -> TrustDocument | None:
    """The last of `contents`, each vouched for by the one before; the first stands for itself. None of none.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
        TrustFault: ``trust_document.*``.
    """
    document = None
    for content in contents:
        document = begin(content, source=source) if document is None else succeed(document, content, source=source)
    return document
