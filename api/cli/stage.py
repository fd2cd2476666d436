"""``countersign stage``: a mirror of what passed."""

from __future__ import annotations

import contextlib
import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from .asking import gate_options, opened, settings_of
from .options import example, moment, size

if TYPE_CHECKING:
    from ..gate.decisions import Decision
    from ..gate.gate import Gate
    from ..gate.staging import Staging
    from .world import World


@click.command(
    "stage",
    epilog=example("countersign stage incoming mirror --policy gate.toml --state gate"),
)
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@gate_options
@click.option("-e", "--evidence", multiple=True, metavar="NAME", help="Evidence in SOURCE: a file, or a directory.")
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")
@click.option(
    "--most-files", type=click.IntRange(1), default=10_000, show_default=True, help="Refuse a SOURCE of more files."
)
@click.option(
    "--most-bytes", callback=size, default="64GiB", show_default=True, metavar="SIZE", help="Refuse a larger SOURCE."
)
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def command(
    source: str,
    target: str,
    evidence: tuple[str, ...],
    release: str | None,
    now: datetime.datetime | None,
    most_files: int,
    most_bytes: int,
    quiet: bool,
    **setup: Any,
) -> int:
    """Serve the files of SOURCE at TARGET/current, if they may be installed.

    They are copied, the copy is judged as by `gate check`, and if all of it is allowed it takes the place of what was
    served, in one step, and is accepted. Else what was served before stays.

    Exit code: 0 served; 1 refuted, 3 and 4 held, and the last good set is still served.
    """
    from ..gate.gate import Asked
    from ..gate.staging import Most, Staging
    from .world import this_machine

    _check_apart(source, target)
    world = this_machine(show_progress=not quiet)
    at = now or world.clock.now()
    # A mirror never looks on: whoever fetches from it takes what is there for what passed.
    gate = opened(replace(settings_of(world, **setup), observe_until=None), world)
    staging = Staging(Path(target))
    with staging.alone():
        _finish(staging, gate, at)
        taken, name = staging.take(source, world.files, Most(most_files, most_bytes))
        asked = Asked((str(taken),), tuple(_inside(taken, each) for each in evidence), release=release, root=str(taken))
        decision = gate.check(asked, at)
        if decision.lets_through:
            staging.promote(taken, name, decision.installed)
            # Served first, accepted then; where a run is cut off in between, the next one begins with accepting.
            _accept(decision.installed, staging, gate, at)
    if not quiet:
        _tell(decision, staging.served(), world)
    return decision.exit_code


def _check_apart(source: str, target: str) -> None:
    if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(source)):
        detail = "a mirror would take in what it serves; give a directory elsewhere"
        raise click.UsageError(f"TARGET lies in SOURCE: {detail}")


def _tell(decision: Decision, served: str | None, world: World) -> None:
    from ..gate.screens import decision_screen

    world.terminal.write(decision_screen(decision, world.look))
    world.terminal.write(f"serving {served}\n" if served is not None else "nothing is served yet\n")


def _inside(taken: Path, name: str) -> str:
    """What was called `name` in the source, in the copy."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise click.UsageError(f"{name!r} is not in SOURCE: evidence is taken and served with the files")
    return str(taken / path)


def _finish(staging: Staging, gate: Gate, at: datetime.datetime) -> None:
    """Accept what a run that was cut off served; what it had accepted is not offered any more, and need not be."""
    from verifier.faults import UpdateFault

    with contextlib.suppress(UpdateFault):
        _accept(staging.served_unaccepted(), staging, gate, at)
    staging.accepted()


def _accept(artifacts: tuple[str, ...], staging: Staging, gate: Gate, at: datetime.datetime) -> None:
    if artifacts:
        gate.accept(artifacts, at)
    staging.accepted()
