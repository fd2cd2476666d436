"""What commands that sign take: where a passphrase or PIN comes from, and who signs a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

if TYPE_CHECKING:
    from ..effects.keys import PinSource, Signer
    from ..usecases.verify import Judged
    from .world import World

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


def verifier_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """An absolute URI: who a summary is by."""
    if value is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", value):
        raise click.BadParameter(f"{value!r} is not a URI, as in https://audit.example/verifier/v1")
    return value


SIGNING = (
    click.option("--sign", metavar="FILE|URI", help="Sign the verdict with this private key: a file, pkcs11:… ."),
    click.option("--verifier-id", callback=verifier_id, metavar="URI", help="Who you are as a verifier, for --sign."),
    click.option("--bundle-out", metavar="DIR", help="The directory to make of the signed verdict, for --sign."),
    *PIN,
)
"""How `verify` signs what it found."""


def signing_options(command: Command) -> Command:
    """Give a command the flags of `SIGNING`."""
    for option in reversed(SIGNING):
        command = option(command)
    return command


class Signing(Struct, frozen=True):
    """The flags of `SIGNING`."""

    sign: str | None
    verifier_id: str | None
    bundle_out: str | None
    pin_fd: int | None
    pinentry: str | None

    def check_complete(self) -> None:
        """Refuse a key without a name to sign under and a place to write to, and either without a key."""
        wanted = (self.sign, self.verifier_id, self.bundle_out)
        if any(wanted) and not all(wanted):
            raise click.UsageError("--sign, --verifier-id and --bundle-out go together")

    def open(self) -> Signer | None:
        """The key, ready to sign; None where nothing shall be signed."""
        if self.sign is None:
            return None
        from ..effects.keys import open_signer

        return open_signer(self.sign, pin_source(self.pin_fd, self.pinentry))

    def sign_judged(self, judged: Judged, signer: Signer | None, world: World) -> None:
        """Sign a verdict that was just reached, and note what was written; without `signer`, nothing."""
        if signer is None or self.bundle_out is None or self.verifier_id is None:
            return
        if judged.request is None:
            world.terminal.note("countersign: nothing is signed: the artifact could not be judged")
            return
        from .output import write_signed

        text = write_signed(self.bundle_out, judged.request, judged.verdict, signer, self.verifier_id, world)
        for line in text.splitlines():
            world.terminal.note(line)
