"""``countersign gate init``: begin a gate; ``gate init apt``: write the first one for this machine's apt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..effects.paths import shown
from .asking import CONFIG, STATE, settings_of
from .options import example

if TYPE_CHECKING:
    from attestations.faults import Fault

    from .world import World


@click.group("init", invoke_without_command=True, epilog=example("countersign gate init --state new-gate"))
@CONFIG
@STATE
@click.pass_context
def command(context: click.Context, config: str | None, state: str | None) -> int:
    """Begin with a state in which nothing was accepted yet.

    What is accepted first is where the sequence begins: look at it well.
    """
    if context.invoked_subcommand is not None:
        if config is not None or state is not None:
            raise click.UsageError("--config and --state are for a gate that is begun without a further word")
        return 0
    from ..gate.states import States
    from .world import this_machine

    world = this_machine()
    settings = settings_of(world, config=config, state=state, judges=False)
    States(Path(settings.state)).begin()
    world.terminal.write(f"begun: {world.look.clean(shown(settings.state))}\n")
    return 0


@command.command("apt", epilog=example("countersign gate init apt --into new-gate"))
@click.option("--root", default="/", metavar="DIR", help="The root of the system with this apt, seen from here.")
@click.option("--into", metavar="DIR", help="Where the gate is written: a directory that is not there yet.")
@click.option("--dry", is_flag=True, help="Show what would be written, and write nothing.")
def apt(root: str, into: str | None, dry: bool) -> int:  # click gives a flag by its name
    """Write a first gate for this machine's apt, every line explained.

    A policy an archive that apt uses, with the keys that signed what apt holds of it, and the gate's own file. Read it
    before you use it. What weakens apt, and archives that no key can be pinned for, are told.
    """
    if (into is None) is not dry:
        raise click.UsageError("give --into DIR, or --dry to see it first")
    from attestations.apt_transactions import read_configuration
    from attestations.faults import Place

    from ..gate.apt.archives import archives
    from ..gate.apt.faults import AptFault
    from ..gate.apt.first_policy import first_gate
    from ..gate.apt.sources import weakened
    from ..gate.apt.system import apt_configuration
    from .world import this_machine

    world = this_machine(show_progress=False)
    if into is not None:
        world.files.check_vacant(into)
    configuration = read_configuration(apt_configuration(Path(root).absolute()))
    now = world.clock.now()
    guarded, refused = archives(configuration, Path(root).absolute(), world.files, now)
    _tell((*weakened(configuration), *refused), world)
    if not guarded:
        raise AptFault("apt.absent", "no archive that apt uses here can be guarded", place=Place(root))
    contents = first_gate(guarded, now)
    if into is None:
        _show(contents, world)
    else:
        _write(into, contents, world)
        install = f"countersign gate apt install --config {into}/gate.toml"
        elsewhere = f" --root {root}" if root != "/" else ""
        world.terminal.write(world.look.clean(shown(f"Read them; then: {install}{elsewhere}")) + "\n")
    return 0


def _tell(faults: tuple[Fault, ...], world: World) -> None:
    from verifier.reasons import REASONS

    from ..render.lines import fault_line

    for fault in faults:
        world.terminal.note(f"countersign: {fault_line(fault, REASONS[fault.reason].remedy, world.look)}")


def _show(contents: Mapping[str, bytes], world: World) -> None:
    for path, content in contents.items():
        world.terminal.write(f"# ==> {path}\n{content.decode()}\n")


def _write(into: str, contents: Mapping[str, bytes], world: World) -> None:
    from ..gate.states import States

    world.files.write_directory(into, contents)
    States(Path(into) / "state").begin()
    for path in contents:
        world.terminal.write(world.look.clean(shown(f"written: {into}/{path}")) + "\n")
    world.terminal.write(world.look.clean(shown(f"begun: {into}/state")) + "\n")
