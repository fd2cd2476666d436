"""What commands that sign take: where a passphrase or PIN comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..effects.keys import PinSource

Command = TypeVar("Command", bound=Callable[..., Any])

PIN = (
    click.option(
        "--pin-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help="Read the passphrase or PIN from this open descriptor, as in --pin-fd 3 3< FILE.",
    ),
    click.option("--pinentry", metavar="PROGRAM", help="Ask for the passphrase or PIN by this pinentry program."),
)
"""Where the secret comes from. Without either, it is asked for at the terminal."""


def pin_options(command: Command) -> Command:
    """Give a command the flags of `PIN`."""
    for option in reversed(PIN):
        command = option(command)
    return command


def pin_source(pin_fd: int | None, pinentry: str | None) -> PinSource:
    """Whom the flags of `PIN` say to ask."""
    from ..effects.keys.pins import DescriptorPin, PinentryPin, PromptPin

    if pin_fd is not None and pinentry is not None:
        raise click.UsageError("--pin-fd and --pinentry both say where the secret comes from; give one")
    if pin_fd is not None:
        return DescriptorPin(pin_fd)
    return PinentryPin(pinentry) if pinentry is not None else PromptPin()
