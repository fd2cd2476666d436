"""One run of apt: its packages are asked about before they are unpacked, and accepted once dpkg has installed them.

    before    what an earlier run left is accepted, if dpkg has installed it; the gate is asked; what it allows is noted
    after     dpkg is asked; if all of what was noted is installed, at that version, the gate accepts it

What was let through and is not installed, or not all of it, is not accepted: the state stays what it was. A run without
a package to unpack asks nobody, so that what is broken can be configured, or removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from attestations.apt_transactions import Transaction
from attestations.faults import Place

from ...decoding import UNDECODABLE
from ...effects.faults import InputFault
from ...effects.installation import trouble_at
from ...effects.paths import meaning, shown
from ...effects.writing import unwritable, write_whole
from ..decisions import Action, Decision
from .faults import AptFault
from .system import Query, dpkg_directory

NOTE = "apt-installing.json"
"""What is being installed, in the directory of the gate's state."""

INSTALLED = frozenset({"installed", "triggers-awaited", "triggers-pending"})
"""What dpkg says of a package that is unpacked and configured."""


class Package(Struct, frozen=True, forbid_unknown_fields=True):
    """A package as dpkg knows it once it is installed."""

    name: str
    version: str
    architecture: str


class Installing(Struct, frozen=True, forbid_unknown_fields=True):
    """What was allowed together: the packages, their files by SHA-256, and dpkg's directory, where it will stand."""

    dpkg: str
    packages: tuple[Package, ...]
    artifacts: tuple[str, ...]


_INSTALLING = msgspec.json.Decoder(Installing)


def files_of(transaction: Transaction) -> tuple[str, ...]:
    """The files that are going to be unpacked, each once."""
    return tuple(dict.fromkeys(os.fsdecode(each.path) for each in transaction.unpacked))


def changeable(files: Iterable[str]) -> tuple[AptFault, ...]:
    """Files that others can change between the check and dpkg, which reads them from where they lie: a finding each."""
    return tuple(
        AptFault("apt.changeable", f"{why}: it can be another when it is unpacked", place=Place(shown(file)))
        for file in files
        if (why := _trouble(Path(file))) is not None
    )


def _trouble(file: Path) -> str | None:
    """Who can change a file: whoever may write to it, or to a directory above it, from which it can be taken.

    A link on the way to it is looked at from where it lies, and from where it leads to.
    """
    own = trouble_at(file)
    parents = dict.fromkeys((*file.parents, *file.resolve().parents))
    above = (parent for parent in parents if not parent.stat().st_mode & stat.S_ISVTX)
    return own or next((f"{parent} {why}" for parent in above if (why := trouble_at(parent)) is not None), None)


def note(state: Path, transaction: Transaction, decision: Decision) -> None:
    """Write down what was allowed, so that it can be accepted once dpkg has installed it. Raises: OutputFault.

    What a waiver let through is accepted as well, and leads where the gate said (decision 0125); what is let through
    because the gate only looks on leads to no state.
    """
    if decision.action is not Action.ALLOW:
        return
    packages = tuple(Package(each.package, each.version, each.architecture) for each in transaction.unpacked)
    digests = (verdict.artifact.digests.get("sha256") for verdict in decision.verdicts)
    artifacts = tuple(dict.fromkeys(digest.hex for digest in digests if digest is not None))
    installing = Installing(dpkg_directory(transaction.configuration), packages, artifacts)
    write_whole(str(state / NOTE), msgspec.json.encode(installing))


def installed_since(state: Path, query: Query) -> tuple[tuple[str, ...], tuple[Package, ...]]:
    """The files, by SHA-256, that were allowed and are installed now, all of them, or none; and which packages are not.

    Raises:
        InputFault: ``input.unreadable``.
        AptFault: ``apt.dpkg``.
    """
    path = state / NOTE
    try:
        installing = _INSTALLING.decode(path.read_bytes())
    except FileNotFoundError:
        return (), ()
    except (OSError, *UNDECODABLE) as error:
        raise InputFault("input.unreadable", meaning(error), place=Place(str(path))) from None
    present = frozenset(_installed(query(installing.dpkg)))
    lacking = tuple(package for package in installing.packages if package not in present)
    return (() if lacking else installing.artifacts), lacking


def forget(state: Path) -> None:
    """What was noted is settled. Raises: OutputFault."""
    with unwritable(str(state / NOTE)):
        (state / NOTE).unlink(missing_ok=True)


def _installed(said: bytes) -> Iterator[Package]:
    for line in said.decode("utf-8", "replace").splitlines():
        fields = line.split("\t")
        if len(fields) == 4 and fields[3] in INSTALLED:
            yield Package(*fields[:3])
