"""What a client keeps of a repository's metadata: one file a role, replaced in one step.

A role's name is anybody's and stands in a file name percent-encoded whole, so that it reaches no other folder; one
too long for a file's name goes by its SHA-256. Whatever is found under a name is verified anew as the role's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from attestations.faults import Place
from verifier.updates.tuf.names import role_file

from .faults import InputFault
from .paths import shown
from .writing import write_whole

_LONGEST = 200
"""Characters of a file's name; file systems take 255, and more stand there while a file is being written."""


class KeptMetadata:
    """The directory of one repository."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, role: str) -> bytes | None:
        """What was kept of `role`, None where nothing was.

        Raises:
            InputFault: ``input.unreadable``: what was kept is not taken for nothing, or an older state would pass.
        """
        path = self._path(role)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputFault("input.unreadable", str(error.strerror), place=Place(shown(str(path)))) from None

    def put(self, role: str, content: bytes) -> None:
        """Keep `content`, byte for byte, in the place of what was kept of `role`.

        Raises:
            OutputFault: ``output.unwritable``.
        """
        write_whole(str(self._path(role)), content)

    def _path(self, role: str) -> Path:
        name = role_file(role, None)
        if len(name) > _LONGEST:
            name = f"{hashlib.sha256(role.encode()).hexdigest()}.json"
        return self._directory / name
