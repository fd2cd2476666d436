"""Consoles in documents: fenced blocks of a command and what it prints, found so that they can be run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"```console\n\$ (?P<command>(?:[^\n]*\\\n)*[^\n]*)\n(?P<output>.*?)```\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Console:
    """One block: the words of its command, and the output that it shows."""

    words: tuple[str, ...]
    output: str


def consoles(document: Path) -> Iterator[Console]:
    """The blocks of a document, in order."""
    for met in _BLOCK.finditer(document.read_text(encoding="utf-8")):
        yield Console(tuple(shlex.split(met["command"].replace("\\\n", ""))), met["output"])
