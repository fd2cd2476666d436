"""Files that keep their names for whoever fetches them: each stands under a name that the vendor gave these bytes.

    acme/agent.exe    listed as agent.exe, acme/agent.exe       its own
    agent.exe         listed as pool/agent.exe                  its own: a set without folders keeps the last part
    agent.exe         listed as uninstall.exe                   manifest.name: the right bytes under another name

Spec: countersign attacks, U11
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from attestations.faults import Fault, Place
from verifier.faults import CheckFault

from ..effects.paths import shown


def misnamed(files: Iterable[tuple[str, tuple[str, ...]]], root: str) -> Iterator[Fault]:
    """What speaks against files below `root`, by path, each with the names under which manifests list it."""
    for path, names in files:
        own = PurePosixPath(path).relative_to(shown(root)).as_posix()
        if names and not any(_is_named(own, name) for name in names):
            raised = "a file stands under a name that the vendor gave to other bytes, or to none"
            yield CheckFault("manifest.name", raised, place=Place(own), expected=", ".join(names[:3]), actual=own)


def _is_named(own: str, name: str) -> bool:
    return f"/{own}".endswith(f"/{name}") or ("/" not in own and own == PurePosixPath(name).name)
