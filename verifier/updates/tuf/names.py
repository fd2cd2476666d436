"""What files are called, in a repository and where a client keeps them.

    root 3                    3.root.json
    timestamp                 timestamp.json
    snapshot 7, consistent    7.snapshot.json         otherwise snapshot.json
    target a/b, consistent    a/<sha256>.b            otherwise a/b

A role's name is anybody's: it stands in a file name percent-encoded whole, so no name of a role reaches another folder
(T83, U19).

Spec: TUF 1.0.34, sections 3.2 (repository layout) and 5.7
"""

from __future__ import annotations

from urllib.parse import quote

from attestations.tuf.documents import TargetFile


def role_file(role: str, version: int | None) -> str:
    """The name of the file of `role`; `version` None where its name has none."""
    name = f"{quote(role, safe='')}.json"
    return name if version is None else f"{version}.{name}"


def target_files(path: str, file: TargetFile, *, consistent: bool) -> tuple[str, ...]:
    """The paths under which a target may lie, percent-encoded; with a consistent snapshot one for each hash."""
    folder, slash, name = path.rpartition("/")
    if not consistent:
        return (quote(path, safe="/"),)
    return tuple(quote(f"{folder}{slash}{value}.{name}", safe="/") for value in file.hashes.values())
