"""The files of a directory by their SHA-256, in one list, and what differs from it.

    9f86d0…  app/api/__init__.py
    2c26b4…  bin/python3

The list stands in the directory as SHA256SUMS, so that ``sha256sum -c SHA256SUMS`` reads it as well. The directory is
called by the list's own SHA-256: a directory that says what it should hold cannot be made to say something else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from attestations.faults import Place

from .faults import AptFault

NAME = "SHA256SUMS"


def write_sums(directory: Path) -> str:
    """Put the list of all its files into the directory; the list's SHA-256 in hex."""
    content = _listed(directory)
    (directory / NAME).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def digest_of(files: Mapping[str, str]) -> str:
    """The SHA-256, in hex, of the list of these files, each with its own; a list among them is none of them."""
    return hashlib.sha256(_list(files)).hexdigest()


def check_sums(directory: Path, digest: str) -> None:
    """Prove that the directory holds the files of the list with this SHA-256, all of them, and nothing else.

    Raises:
        AptFault: ``apt.damaged``, with the first file that is not what it was, or how many are not.
    """
    if not directory.is_dir():
        raise AptFault("apt.damaged", "it is not there", place=Place(str(directory)), expected="a directory")
    try:
        content = (directory / NAME).read_bytes()
    except OSError as error:
        raise _damaged(directory / NAME, f"it cannot be read: {error.strerror}") from None
    actual = hashlib.sha256(content).hexdigest()
    if actual != digest:
        raise _damaged(directory / NAME, "the list of its files is not the one it was", digest, actual)
    _compare(directory, content)


def _compare(directory: Path, content: bytes) -> None:
    """What differs from the list that stands in the directory."""
    try:
        present = _listed(directory)
    except OSError as error:
        raise _damaged(Path(error.filename or directory), f"it cannot be read: {error.strerror}") from None
    if present == content:
        return
    before, now = _by_name(content), _by_name(present)
    differing = sorted(name for name in before | now if before.get(name) != now.get(name))
    name = differing[0]
    detail = f"it is not what was installed, nor are {len(differing) - 1} others" if len(differing) > 1 else _DIFFERS
    raise _damaged(directory / name, detail, before.get(name, "no such file"), now.get(name, "no such file"))


_DIFFERS = "it is not what was installed"


def _by_name(content: bytes) -> dict[str, str]:
    lines = content.decode("utf-8", "surrogateescape").splitlines()
    return {name: f"sha256:{digest}" for digest, _, name in (line.partition("  ") for line in lines)}


def _listed(directory: Path) -> bytes:
    return _list({name: _sha256(directory / name) for name in _names(directory)})


def _list(files: Mapping[str, str]) -> bytes:
    lines = (f"{files[name]}  {name}\n" for name in sorted(files) if name != NAME)
    return "".join(lines).encode("utf-8", "surrogateescape")


def _names(directory: Path) -> Iterator[str]:
    """Each file, and each link, which no list of ours holds and nothing follows."""
    for folder, folders, files in os.walk(directory):
        for name in [*files, *(name for name in folders if (Path(folder) / name).is_symlink())]:
            yield (Path(folder) / name).relative_to(directory).as_posix()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, detail: str, expected: str | None = None, actual: str | None = None) -> AptFault:
    return AptFault("apt.damaged", detail, place=Place(str(path)), expected=expected, actual=actual)
