"""The whole comparison: every attack in every form, what must come of it, and what the others make of it.

python -m tests.updates            run it all, and keep what was seen (tests/updates/seen.json)
python -m tests.updates --check    run it all, and name what is seen otherwise; exit 1 where anything is
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from . import attacks_debian, attacks_manifest, attacks_server, attacks_tuf, debian_tools, tuf_library
from .seen import Ours, Peer, Seen


class Attack(Protocol):
    """One hostile input, or an honest one where `reasons` are none and `row` is "control"."""

    @property
    def row(self) -> str: ...

    @property
    def what(self) -> str: ...

    @property
    def reasons(self) -> tuple[str, ...]: ...

    def ours(self, folder: Path, now: datetime.datetime, /) -> Ours:
        """What ours decides, in an empty `folder`."""

    def peers(self, folder: Path, now: datetime.datetime, /) -> Mapping[str, Callable[[], Peer]]:
        """Each other program that reads this form, to be asked in an empty `folder`."""


FORMS: tuple[tuple[str, tuple[Attack, ...]], ...] = (
    (attacks_manifest.FORM, (*attacks_manifest.CONTROLS, *attacks_manifest.ATTACKS)),
    (attacks_debian.FORM, (*attacks_debian.CONTROLS, *attacks_debian.ATTACKS)),
    (attacks_tuf.FORM, (*attacks_tuf.CONTROLS, *attacks_tuf.ATTACKS)),
    (attacks_server.FORM, attacks_server.ATTACKS),
)
"""The forms in which attacks are put, and the attacks in each."""

ATTACKS = tuple((form, attack) for form, attacks in FORMS for attack in attacks)

ROWS = tuple(f"U{number:02}" for number in range(1, 21))
"""The rows of the table of attacks that an update can meet without a registry."""


def tools() -> dict[str, str]:
    """The other programs on this machine, and their versions."""
    versions = {name: debian_tools.version(name) for name in debian_tools.TOOLS}
    return {name: found for name, found in versions.items() if found is not None} | {"tuf": tuf_library.version()}


def run(folder: Path, now: datetime.datetime) -> Iterator[Seen]:
    """Every attack, run through everything that reads it. `folder` is empty, `now` the machine's own time."""
    there = tools()
    for number, (form, attack) in enumerate(ATTACKS):
        own = folder / str(number)
        (own / "ours").mkdir(parents=True)
        ours = attack.ours(own / "ours", now)
        yield Seen(attack.row, form, attack.what, ours, dict(asked(attack, own, now, there)))


def asked(attack: Attack, folder: Path, now: datetime.datetime, there: Mapping[str, str]) -> Iterator[tuple[str, Peer]]:
    """What the others that are `there` make of one attack."""
    for name, ask in sorted(attack.peers(folder, now).items()):
        if name in there:
            yield name, ask()
