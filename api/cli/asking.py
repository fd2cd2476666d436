"""How commands come to a gate: by its file of settings, or by flags that stand for one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..gate.gate import Gate
    from ..gate.settings import GateSettings
    from .world import World

Command = TypeVar("Command", bound=Callable[..., Any])

STATE = click.option("--state", metavar="DIR", help="Where the gate keeps what was accepted.")
CONFIG = click.option("--config", metavar="FILE", help="The gate's own settings (TOML), in place of flags.")


def gate_options(command: Command) -> Command:
    """Give a command that judges the flags by which a gate is set up."""
    options = (
        CONFIG,
        STATE,
        click.option("--policy", metavar="FILE", help="What is required (TOML)."),
        click.option("--trust", multiple=True, metavar="FILE|NAME", help="Trust roots and keys that the policy names."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def opened(settings: GateSettings, world: World) -> Gate:
    """The gate, on this machine."""
    from ..gate.gate import Effects, Gate

    return Gate(settings, Effects(world.files, world.terminal, world.store))


def settings_of(
    world: World,
    *,
    config: str | None,
    state: str | None,
    policy: str | None = None,
    trust: tuple[str, ...] = (),
    until: datetime.datetime | None = None,
    judges: bool = True,
) -> GateSettings:
    """The settings in the file `config`, or those that the other flags stand for.

    Raises:
        UsageError: both, or too few; GateFault, InputFault: as `read_settings`.
    """
    from ..gate.settings import GateSettings, Guard, read_settings

    if config is not None:
        if state or policy or trust or until:
            raise click.UsageError("--config FILE says all of it: no --state, --policy, --trust or --observe beside it")
        return read_settings(config, world.files)
    if state is None or (judges and policy is None):
        raise click.UsageError("give --config FILE, or --state DIR" + (" and --policy FILE" if judges else ""))
    return GateSettings(state, (Guard(policy, trust),) if policy is not None else (), until)
