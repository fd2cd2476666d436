"""``countersign gate``: may these files be installed? And, once they are: they were."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .asking import CONFIG, STATE, gate_options, opened, settings_of
from .lazy import LazyGroup
from .options import example, moment

if TYPE_CHECKING:
    from ..gate.gate import Asked
    from .world import World

MEMBERS = {
    "init": "gate_init",
    "serve": "gate_serve",
    "report": "gate_report",
    "apt": "gate_apt",
    "repair": "gate_repair",
    "sync": "gate_sync",
}
"""The commands beside those of this file."""


@click.group(
    "gate",
    cls=LazyGroup,
    members=MEMBERS,
    epilog=example("countersign gate check endpoint-7.2.0.exe --policy gate.toml --state gate"),
)
def command() -> None:
    """Let nothing be installed by mistake.

    A gate is asked before an installation and told after it. It works offline, and lets through what passed alone.
    """


@command.command("check", epilog=example("countersign gate check endpoint-7.2.0.exe --config fleet.toml"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@gate_options
@click.option("-e", "--evidence", multiple=True, metavar="PATH", help="A file of evidence, or a directory of them.")
@click.option("--bundle", multiple=True, metavar="FILE", help="A verdict bundle, besides what is given or found.")
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")
@click.option("--observe", is_flag=True, help="Let everything through, and write down what would not have been.")
@click.option("--until", callback=moment, metavar="TIME", help="When --observe ends: in 60 days at most.")
@click.option("--socket", "path", metavar="PATH", help="Ask the gate that answers at this socket.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def check(
    files: tuple[str, ...],
    evidence: tuple[str, ...],
    bundle: tuple[str, ...],
    release: str | None,
    now: datetime.datetime | None,
    observe: bool,
    until: datetime.datetime | None,
    path: str | None,
    quiet: bool,
    **setup: Any,
) -> int:
    """Decide whether FILEs may be installed together.

    The gate is set up by --config FILE, or by --state and --policy; or `gate serve` answers at --socket PATH.

    Exit code: 0 allow; 1 block; 3 and 4 hold, since something is missing or could not be decided. Let through on 0 and
    on nothing else. Tell it of the installation with `countersign gate accept`.
    """
    if observe is (until is None):
        raise click.UsageError("--observe and --until TIME belong together")
    from ..gate.gate import Asked
    from ..gate.screens import decision_screen
    from .world import this_machine

    world = this_machine(show_progress=not quiet)
    asked = Asked(files, evidence, bundle, release)
    if path is not None:
        if any(setup.values()) or now or observe:
            raise click.UsageError("the gate at --socket has its own settings, and its own clock")
        return _elsewhere(asked, path, world, quiet=quiet)
    at = now or world.clock.now()
    gate = opened(settings_of(world, until=until, **setup), world)
    decision = gate.check(asked, at)
    if not quiet:
        world.terminal.write(decision_screen(decision, world.look))
    return decision.exit_code


def _elsewhere(asked: Asked, path: str, world: World, *, quiet: bool) -> int:
    from ..gate.reaching import ask
    from ..gate.screens import told_screen

    told = ask(Path(path), asked)
    if not quiet:
        world.terminal.write(told_screen(told, world.look))
    return told.exit_code


@command.command("accept", epilog=example("countersign gate accept endpoint-7.2.0.exe --config fleet.toml"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@CONFIG
@STATE
def accept(files: tuple[str, ...], config: str | None, state: str | None) -> int:
    """Say that FILEs, which were allowed together, are installed.

    All files of the set are named, each by itself; one that is no longer there as sha256:… . From here on nothing older
    is allowed.
    """
    from ..gate.screens import state_screen
    from ..usecases.artifacts import by_digest, is_digest, measure
    from .world import this_machine

    world = this_machine(show_progress=False)
    gate = opened(settings_of(world, config=config, state=state, judges=False), world)
    measured = (
        by_digest(file) if is_digest(file) else measure(file, frozenset(), world.files, lambda _: None)
        for file in files
    )
    digests = [artifact.digests.get("sha256") for artifact in measured]
    accepted = gate.accept(tuple(digest.hex for digest in digests if digest is not None), world.clock.now())
    world.terminal.write(state_screen(accepted))
    return 0


@command.command("show", epilog=example("countersign gate show --config fleet.toml"))
@CONFIG
@STATE
def show(config: str | None, state: str | None) -> int:
    """Show what was accepted, by stream."""
    from ..gate.screens import state_screen
    from .world import this_machine

    world = this_machine()
    gate = opened(settings_of(world, config=config, state=state, judges=False), world)
    world.terminal.write(state_screen(gate.state()))
    return 0
