"""A person's yes, typed at the terminal of this process and nowhere else: no pipe and no script gives it by mistake."""

from __future__ import annotations

import os
from pathlib import Path

_TERMINAL = "CONIN$" if os.name == "nt" else "/dev/tty"


def typed_yes(question: str) -> bool:
    """Whether somebody at the terminal answers `question` with ``yes``; nobody does where there is no terminal."""
    try:
        with Path(_TERMINAL).open("rb+", buffering=0) as terminal:
            terminal.write(f"{question} Type yes: ".encode())
            answer = terminal.readline(64)
    except OSError:
        return False
    return answer.strip() == b"yes"
