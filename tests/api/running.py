"""The program run, and what came of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """An exit code, and the bytes on standard output and standard error."""

    code: int
    output: bytes
    errors: bytes

    @property
    def text(self) -> str:
        return self.output.decode("utf-8")

    @property
    def error(self) -> str:
        """The one line on standard error; that it is one line is part of what is promised."""
        line, end, rest = self.errors.decode("utf-8").partition("\n")
        assert (end, rest) == ("\n", ""), self.errors
        return line

    @property
    def reason(self) -> str:
        """The reason code that the one line on standard error gives."""
        (code,) = re.findall(r" \[([a-z0-9_]+\.[a-z0-9_]+)\] ", self.error)
        return str(code)


def run_process(
    *arguments: str | bytes, cwd: Path, environment: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> Ran:
    """The program in a process of its own. `before` is a command that is to run it (``unshare -rn``)."""
    command = [*before, sys.executable, "-W", "error", "-m", "countersign", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    known = {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    ran = subprocess.run(
        command, cwd=cwd, env=inherited | known | dict(environment or {}), check=False, capture_output=True, timeout=120
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)
