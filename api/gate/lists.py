"""Evidence that stands by for a guard: files, directories, and what apt holds of an archive.

    evidence = ["/var/lib/apt/lists/archive.example_debian_dists_bookworm_*"]

A path that ends in ``*`` stands for the files that begin so and that say which packages there are: the Release, whoever
signed it, and indexes of packages. apt names them after where they come from, and compresses them as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attestations.faults import Place

from ..effects.faults import InputFault

EVERY = "*"
_SAYS = re.compile(r"InRelease|Release|Release\.gpg|(?:.+_binary-[^_]+_)?Packages(?:\.[a-z0-9]+)?")


def standing(evidence: Iterable[str]) -> Iterator[str]:
    """The paths that a guard's evidence comes to; nothing of an archive that apt holds nothing of.

    Raises:
        InputFault: ``input.unreadable``.
    """
    for path in evidence:
        if not path.endswith(EVERY):
            yield path
            continue
        beginning = Path(path.removesuffix(EVERY))
        names = sorted(name for name in _names(beginning.parent) if name.startswith(beginning.name))
        yield from (
            str(beginning.parent / name) for name in names if _SAYS.fullmatch(name.removeprefix(beginning.name))
        )


def _names(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()] if directory.is_dir() else []
    except OSError as error:
        raise InputFault("input.unreadable", str(error.strerror), place=Place(str(directory))) from None
