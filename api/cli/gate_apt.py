"""``countersign gate apt``: the gate in apt, which is asked before anything is unpacked."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .asking import opened
from .options import example

if TYPE_CHECKING:
    from attestations.apt_transactions import Transaction
    from attestations.faults import Fault

    from ..gate.gate import Gate
    from .world import World

CONFIG = ("etc", "countersign", "gate.toml")
"""Where the gate's own file is expected, under a root."""

ROOT = click.option("--root", default="/", metavar="DIR", help="The root of the system with this apt, seen from here.")
FILE = click.option("--config", required=True, metavar="FILE", help="The gate's own file.")


@click.group("apt", epilog=example("countersign gate apt status --root machine"))
def command() -> None:
    """Have apt ask the gate before it unpacks anything.

    The gate in apt has an interpreter and libraries of its own: no upgrade of the system's changes it, or breaks it.
    Where it cannot answer, apt stops.
    """


@command.command("install", epilog=example("countersign gate apt install --root machine --config gate.toml"))
@ROOT
@click.option("--config", metavar="FILE", help="The gate's own file: etc/countersign/gate.toml under the root.")
def install(root: str, config: str | None) -> int:
    """Install the gate in apt, from what runs now.

    What was installed before is followed by it. The gate's own file must be in order, and its state begun.
    """
    from ..gate.apt.installation import Installation
    from ..gate.settings import read_settings
    from ..version import VERSION
    from .world import this_machine

    world = this_machine(show_progress=False)
    file = (Path(config) if config is not None else Path(root).joinpath(*CONFIG)).absolute()
    opened(read_settings(str(file), world.files), world).state()
    installed = Installation(Path(root)).install(file, VERSION)
    world.terminal.write(f"installed: apt asks the gate of {installed.config} before it unpacks anything\n")
    return 0


@command.command("status", epilog=example("countersign gate apt status --root machine"))
@ROOT
def status(root: str) -> int:
    """Tell whether the gate in apt is whole, whether apt asks it, and what weakens it.

    Exit code: 0 all of it is in order, be apt weakened or not; 4 something is not.
    """
    from attestations.apt_transactions import read_configuration

    from ..gate.apt.installation import Installation
    from ..gate.apt.screens import standing_screen
    from ..gate.apt.sources import weakened
    from ..gate.apt.standing import Stands, gate_stands, is_wrong, standing
    from ..gate.apt.system import apt_configuration
    from ..gate.gate import Effects
    from .world import this_machine

    world = this_machine(show_progress=False)
    installation = Installation(Path(root))
    installed = installation.installed()
    configuration = read_configuration(apt_configuration(installation.root))
    effects = Effects(world.files, world.terminal, world.store)
    stands = [
        *standing(installation, installed, configuration),
        gate_stands(installed.config, effects, world.clock.now()),
        *(Stands("weakened", "", fault) for fault in weakened(configuration)),
    ]
    world.terminal.write(standing_screen(stands, world.look))
    return 4 if any(map(is_wrong, stands)) else 0


@command.command("remove", epilog=example("countersign gate apt remove --root machine"))
@ROOT
def remove(root: str) -> int:
    """Leave apt as it was before the gate was installed.

    The gate's own file, its policies, and what it accepted stay where they are.
    """
    from ..gate.apt.installation import Installation
    from .world import this_machine

    installation = Installation(Path(root))
    installation.remove()
    this_machine().terminal.write(f"removed: apt asks no gate; {installation.prefix} is gone\n")
    return 0


@command.command("check", epilog=example("countersign gate apt check --config gate.toml"))
@FILE
def check(config: str) -> int:
    """Decide about what apt is going to unpack, which it tells on standard input.

    apt runs it, by the configuration that `install` wrote. Exit code: 0 go on; anything else stops apt.
    """
    from attestations.apt_transactions import LONGEST, read_transaction
    from attestations.faults import Fault

    from ..gate.apt.screens import stopped_line
    from ..gate.apt.transactions import files_of
    from .world import this_machine

    world = this_machine(show_progress=False)
    code = 4
    try:
        transaction = read_transaction(sys.stdin.buffer.read(LONGEST + 1))
        code = _decide(transaction, config, world) if files_of(transaction) else 0
    except Fault as fault:
        _tell(fault, world)
    finally:
        if code != 0:
            world.terminal.note(stopped_line(config))
    return code


def _tell(fault: Fault, world: World) -> None:
    from verifier.reasons import REASONS

    from ..render.lines import fault_line

    world.terminal.note(f"countersign: {fault_line(fault, REASONS[fault.reason].remedy, world.look)}")


def _decide(transaction: Transaction, config: str, world: World) -> int:
    """What an earlier run left is settled first, so that nothing older than it comes in between."""
    from ..gate.apt.sources import weakened
    from ..gate.apt.transactions import changeable, files_of, note
    from ..gate.gate import Asked
    from ..gate.screens import decision_screen
    from ..gate.settings import read_settings

    settings = read_settings(config, world.files)
    gate = opened(settings, world)
    at = world.clock.now()
    _settle(Path(settings.state), gate, at, world)
    files = files_of(transaction)
    findings = (*weakened(transaction.configuration), *changeable(files))
    decision = gate.check(Asked(files, findings=findings), at)
    note(Path(settings.state), transaction, decision)
    world.terminal.write(decision_screen(decision, world.look))
    return decision.exit_code


@command.command("accept", epilog=example("countersign gate apt accept --config gate.toml"))
@FILE
def accept(config: str) -> int:
    """Accept what apt was allowed to install, if dpkg says that it is installed.

    apt runs it after dpkg. What cannot be accepted now is told, and looked at again by the next run.
    """
    from attestations.faults import Fault

    from ..gate.settings import read_settings
    from .world import this_machine

    world = this_machine(show_progress=False)
    try:
        settings = read_settings(config, world.files)
        _settle(Path(settings.state), opened(settings, world), world.clock.now(), world)
    except Fault as fault:
        _tell(fault, world)
    return 0


def _settle(state: Path, gate: Gate, at: datetime.datetime, world: World) -> None:
    """Accept what was noted, once all of it is installed; what was settled otherwise is told, and noted no more."""
    from verifier.faults import UpdateFault

    from ..gate.apt.screens import waiting_line
    from ..gate.apt.system import dpkg_query
    from ..gate.apt.transactions import forget, installed_since

    artifacts, lacking = installed_since(state, dpkg_query)
    if lacking:
        world.terminal.note(waiting_line(lacking, world.look))
    if artifacts:
        try:
            gate.accept(artifacts, at)
        except UpdateFault as fault:
            _tell(fault, world)
        forget(state)
