"""What was signed, one line a signature, each over the line before; on the disk before the signature leaves.

    {"at": …, "key": …, "policy": …, "previous": <SHA-256 of the line before>, "record": …, "report": …,
     "statements": {"report": …, "svr": …, "vsa": …}, "verifier": …}

It is the one list that a compromised worker cannot leave a signature out of: a signed verdict that is in it and not in
the database, or whose record does not replay to its report, is how such a worker is found out.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
import rfc8785
from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.strict_json import loads
from verifier.gather import sha256

from ..decoding import UNDECODABLE
from .faults import SignerFault

FIRST = "0" * 64
"""What stands where the digest of the line before would, in the first line."""


class Entry(Struct, frozen=True):
    """A signature: of what, for whom, when. Digests are SHA-256, in hex; `statements` by file name of the envelope."""

    at: str
    key: str
    verifier: str
    policy: str
    report: str
    record: str
    statements: dict[str, str]


_ENTRY = msgspec.json.Decoder(Entry)


class Journal:
    """The file at `path`, open to be added to."""

    def __init__(self, path: Path) -> None:
        """Read what is there and hold it to its chain.

        A last line without an end was being written when the machine stopped: nobody got its signature, and it is cut.

        Raises:
            SignerFault: ``signer.journal_damaged``.
        """
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        self._previous = verify_journal(lines, path.name)
        self._count = self._kept = len(lines)
        self._size = len(whole)
        self._writing, self._keeping = threading.Lock(), threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_APPEND", 0), 0o600)
        if len(whole) < len(content):
            os.ftruncate(self._file, len(whole))

    def append(self, entry: Entry) -> None:
        """Add `entry`, to the disk; entries that come while the disk is busy go there together.

        Raises:
            OSError: where there is no room, or the disk fails. The entry is not there then, or it is and was not kept.
        """
        with self._writing:
            line = rfc8785.dumps(msgspec.structs.asdict(entry) | {"previous": self._previous})
            self._write(line + b"\n")
            self._previous = sha256(line).hex
            self._count += 1
            number = self._count
        with self._keeping:
            if self._kept < number:
                reached = self._count
                os.fsync(self._file)
                self._kept = reached

    def _write(self, line: bytes) -> None:
        """All of `line`, or nothing of it."""
        if os.write(self._file, line) < len(line):
            os.ftruncate(self._file, self._size)
            raise OSError(errno.ENOSPC, "the journal cannot grow")
        self._size += len(line)

    @property
    def count(self) -> int:
        """How many signatures it tells of."""
        return self._count

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def read_journal(path: Path) -> tuple[Entry, ...]:
    """Every signature that the journal at `path` tells of, its chain being whole; none where there is none.

    Raises:
        SignerFault: ``signer.journal_damaged``.
    """
    content = path.read_bytes() if path.exists() else b""
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    verify_journal(lines, path.name)
    try:
        return tuple(map(_ENTRY.decode, lines))
    except UNDECODABLE as error:
        raise SignerFault("signer.journal_damaged", f"a line that tells of no signature: {error}") from None


def verify_journal(lines: Iterable[bytes], name: str) -> str:
    """Each of `lines` is over the one before; the digest of the last.

    Raises:
        SignerFault: ``signer.journal_damaged``.
    """
    previous = FIRST
    for number, line in enumerate(lines):
        try:
            document = loads(line)
        except Fault:
            document = None
        if not isinstance(document, dict) or document.get("previous") != previous:
            fault = SignerFault("signer.journal_damaged", "a line of the journal does not follow from the one before")
            fault.at(Place(f"{name}:{number + 1}"))
            raise fault
        previous = sha256(line).hex
    return previous
