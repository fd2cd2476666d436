"""The two files that have apt call the gate: a launcher, and a piece of apt's configuration that names it.

Both are ours from the first byte to the last, and lie beside apt's own: apt is as it was once they are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

STARTED = 40
"""Stands above the exit codes of the program, in what the launcher sees: no way for an interpreter to end reads so."""

OWN_ERRORS = 3
"""The file that is standard error, where the launcher starts the environment with it closed."""

HEAD = "written by countersign gate apt install"

_LAUNCHER = """\
#!/bin/sh
# {head}: what apt calls before anything is unpacked, and after.
here=${{0%/*}}
{{
    /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 LD_LIBRARY_PATH="$here/environment/lib" \\
        ${{TERM:+"TERM=$TERM"}} ${{COLUMNS:+"COLUMNS=$COLUMNS"}} ${{NO_COLOR:+"NO_COLOR=$NO_COLOR"}} \\
        "$here/environment/bin/python3" {flags} "$here/environment/app" "$@"
}} {own}>&2 2>/dev/null
code=$?
# The environment adds {started} to its answer, once it has started: anything else is no answer.
if [ "$code" -ge {started} ] && [ "$code" -lt {beyond} ]; then
    exit $((code - {started}))
fi
echo "countersign: the gate does not answer (code $code), so apt is stopped; mend it: countersign gate repair" >&2
exit 4
"""

_CONFIGURATION = """\
// {head}: apt asks before it unpacks anything, and tells once dpkg is done.
// Remove it with: countersign gate apt remove
DPkg::Tools::Options::{launcher}::Version "3";
DPkg::Pre-Install-Pkgs:: "{asks}";
DPkg::Post-Invoke:: "{tells}";
"""


def launcher(flags: tuple[str, ...]) -> str:
    """The launcher: it starts the environment beside it, and answers for it where that does not start."""
    return _LAUNCHER.format(head=HEAD, flags=" ".join(flags), own=OWN_ERRORS, started=STARTED, beyond=STARTED + _CODES)


_CODES = 10
"""The program's exit codes that are answers: one digit."""


def configuration(launcher: str, config: str) -> str:
    """The piece of apt's configuration that has it call `launcher`, with the gate of the file `config`."""
    return _CONFIGURATION.format(
        head=HEAD, launcher=launcher, asks=asking(launcher, config), tells=telling(launcher, config)
    )


def asking(launcher: str, config: str) -> str:
    """The command that apt is to run before it unpacks."""
    return f"{launcher} gate apt check --config {config}"


def telling(launcher: str, config: str) -> str:
    """The command that apt is to run after dpkg."""
    return f"{launcher} gate apt accept --config {config}"


def config_of(text: str) -> str | None:
    """The gate's own file, as a piece of apt's configuration of ours names it; None where it names none."""
    found = re.search(r'^DPkg::Pre-Install-Pkgs:: "\S+ gate apt check --config (\S+)";$', text, re.MULTILINE)
    return found[1] if found is not None else None


def unsafe_characters(path: str) -> Iterator[str]:
    """What of a path would mean something to apt or to its shell: such a path is not written into a command."""
    return (
        character for character in path if not (character.isascii() and (character.isalnum() or character in _PLAIN))
    )


_PLAIN = "/._-+~@"
