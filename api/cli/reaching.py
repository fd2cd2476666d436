"""What the commands that ask a service share: where it is, what shows who asks, and how long to wait."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

if TYPE_CHECKING:
    from ..client.remote import Remote
    from .world import World

Command = TypeVar("Command", bound=Callable[..., Any])

AWAY = 5
"""The exit code where the service has no verdict yet, or is not reached."""

_TOKEN_BYTES = 16 * 1024
_SPAN = re.compile(r"([0-9]{1,6})(s|m|h)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def span(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """A span of time as ``90s``, ``10m`` or ``2h``, in seconds."""
    met = _SPAN.fullmatch(value)
    if met is None:
        raise click.BadParameter(f"{value!r} is not a span of time, as in 90s, 10m or 2h")
    return float(int(met[1]) * _SECONDS[met[2]])


REACHING = (
    click.option(
        "--service",
        metavar="URL",
        envvar="COUNTERSIGN_SERVICE",
        show_envvar=True,
        required=True,
        help="The service to ask. https, but for this machine itself.",
    ),
    click.option(
        "--token-file",
        metavar="FILE",
        help="The token that shows who asks. Without this and --token-fd: COUNTERSIGN_TOKEN.",
    ),
    click.option("--token-fd", type=click.IntRange(min=0), metavar="N", help="Read the token from this descriptor."),
    click.option(
        "--tenant",
        metavar="ID",
        envvar="COUNTERSIGN_TENANT",
        show_envvar=True,
        help="In a CI job, without a token: come in with this tenant, by the job's identity token.",
    ),
    click.option("--ca-file", metavar="FILE", help="Whom to believe who the service is: certificates (PEM)."),
    click.option(
        "--wait",
        default="10m",
        show_default=True,
        callback=span,
        metavar="SPAN",
        help="How long to wait for verdicts, and to try again.",
    ),
)
"""How a service is reached. A token is never an argument: others see those."""


def reaching_options(command: Command) -> Command:
    """Give a command the flags of `REACHING`."""
    for option in reversed(REACHING):
        command = option(command)
    return command


def asking_again(run: Callable[[], int]) -> int:
    """What `run` returns; `AWAY` where there is no verdict now, with why and how to go on."""
    from ..client.faults import AWAY as ASK_AGAIN
    from ..client.faults import RemoteFault

    try:
        return run()
    except RemoteFault as fault:
        if fault.reason not in ASK_AGAIN:
            raise
        from verifier.reasons import REASONS

        from ..render.lines import fault_line
        from ..render.visible import visible
        from .world import this_machine

        this_machine().terminal.note(visible(f"countersign: {fault_line(fault, REASONS[fault.reason].remedy)}"))
        return AWAY


class Reaching(Struct, frozen=True):
    """The flags of `REACHING`."""

    service: str
    token_file: str | None
    token_fd: int | None
    tenant: str | None
    ca_file: str | None
    wait: float

    @contextlib.contextmanager
    def remote(self, world: World) -> Iterator[Remote]:
        """The service, as long as the block takes.

        Raises:
            RemoteFault: ``remote.plain``, ``remote.token_missing``, ``remote.no_identity``, ``remote.unreachable``; the
                reason for which the service lets the job not in.
            ServingFault: ``service.extra_missing``.
        """
        if importlib.util.find_spec("httpx") is None:
            from ..serving.faults import ServingFault

            raise ServingFault("service.extra_missing", "not installed: httpx")
        from ..client.remote import Address, connect

        address = Address(self.service, self._token(world) or self._job_token(), self.ca_file)
        with connect(address, patience=self.wait) as remote:
            yield remote

    def _job_token(self) -> str:
        """The token that a CI job gets without having one."""
        from ..client.faults import RemoteFault
        from ..client.jobs import exchanged
        from ..client.remote import authorities, check_private

        if self.tenant is None:
            raise RemoteFault("remote.token_missing", "no token is given, or what is given is none")
        check_private(self.service)
        return exchanged(self.service, self.tenant, os.environ, patience=self.wait, verify=authorities(self.ca_file))

    def _token(self, world: World) -> str:
        """The token that is given; "" where none is."""
        from attestations.limits import Limits

        from ..client.faults import RemoteFault

        if self.token_file is not None and self.token_fd is not None:
            raise click.UsageError("--token-file and --token-fd both say where the token is; give one")
        if self.token_file is not None:
            content = world.files.read(self.token_file, "bundle", Limits(bundle=_TOKEN_BYTES))
        elif self.token_fd is not None:
            content = _descriptor(self.token_fd)
        else:
            content = os.environ.get("COUNTERSIGN_TOKEN", "").encode("utf-8", "replace")
        token = content.decode("ascii", "replace").strip()
        if not re.fullmatch(r"[!-~]*", token) or (not token and (self.token_file or self.token_fd is not None)):
            raise RemoteFault("remote.token_missing", "no token is given, or what is given is none")
        return token


def _descriptor(number: int) -> bytes:
    try:
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(_TOKEN_BYTES)
    except OSError:
        raise click.UsageError(f"--token-fd {number} is not open for reading") from None
