"""``kill -9`` before any change that a run makes to the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from .running import Ran

CALLS = ("fsync", "link", "mkdir", "open", "rename", "replace", "rmdir", "symlink", "unlink", "write")
"""What changes a disk, by its name in `os`."""


def killed(step: int, run: Callable[[], Ran]) -> bool:
    """Whether a process that is killed before its change number `step` came to its end nevertheless."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            kill_before(step)
            code = run().code
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def kill_before(step: int) -> None:
    """Have this process killed before its change number `step`, from 0."""
    left = [step]

    def counting(call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any, **named: Any) -> Any:
            writes = call.__name__ != "open" or (len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR))
            if writes:
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
            return call(*arguments, **named)

        return made

    for name in CALLS:
        setattr(os, name, counting(getattr(os, name)))
