"""The program: which commands there are, and the one place where whatever went wrong becomes an exit code.

    0    PASSED, or the command did what it was asked      3    INCOMPLETE
    1    FAILED                                            4    ERROR: we could not decide, or we crashed
    2    the command line is wrong                         5    the service has no verdict yet, or is not reached
                                                       130    interrupted

Only a verdict that PASSED, or a command that gives none, ends with 0. A crash is 4 and one line: no traceback, and no
way for it to look like a pass (T60).
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..version import VERSION
from .options import example

if TYPE_CHECKING:
    from attestations.faults import Fault

COMMANDS = (
    *("verify", "replay", "inspect", "explain", "verdict", "staple", "policy", "trust", "key", "attest", "doctor"),
    *("gate", "waiver", "stage", "tuf"),
    *("serve", "worker", "signer", "admin", "remote"),
)
"""Each is the attribute ``command`` of the module of its name."""

USAGE, ERROR, INTERRUPTED = 2, 4, 130

CRASH = "internal.crash"
"""The reason of what is our own fault."""


class Commands(click.Group):
    """A group that imports a command's module when the command is wanted."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f".{name}", __package__).command
        return command


@click.group(
    cls=Commands,
    epilog=example("countersign explain signature.invalid"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, message="countersign %(version)s")
def program() -> None:
    """Verify what a vendor ships, without trusting the vendor, and say why."""


GARBAGE = 50_000
"""New objects between two looks for garbage. Python's own 700 make a start look for some in what it has just loaded."""


def console() -> int:
    """`main` as a process of its own: what it loaded lives as long as it does, and is not searched when it ends."""
    gc.set_threshold(GARBAGE)
    code = main()
    gc.freeze()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments`, those of the process by default, and return its exit code."""
    from attestations.faults import Fault

    try:
        code: Any = program.main(arguments, prog_name="countersign", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        return _wrong_usage(error)
    except (click.Abort, KeyboardInterrupt):
        return _end(INTERRUPTED, "interrupted")
    except Fault as fault:
        return _refused(fault)
    except BaseException as error:  # noqa: BLE001  # panics of native code and stray exits are no Exception (T60)
        return _crashed(error)


def _wrong_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "countersign"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return USAGE
    return _end(USAGE, f"{' '.join(error.format_message().split())} (see: {path} --help)")


def _refused(fault: Fault) -> int:
    """What we were given to judge with cannot be used. That decides nothing about any artifact: always ERROR."""
    from verifier.reasons import REASONS

    from ..render.lines import fault_line

    return _end(ERROR, fault_line(fault, REASONS[fault.reason].remedy))


def _crashed(error: BaseException) -> int:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else ""
    cause = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    remedy = "Nothing was decided. Please report this line; see SECURITY.md if a file provoked it."
    return _end(ERROR, f"a bug in countersign: {cause}{place} [{CRASH}] {remedy}")


def _end(code: int, line: str) -> int:
    from ..effects.terminal import StandardTerminal
    from ..render.visible import visible

    StandardTerminal().note(visible(f"countersign: {line}"))
    return code
