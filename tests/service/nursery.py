"""Processes of ``countersign`` at a fraction of their start: one that has all loaded forks them to run a command each.

What is killed is a whole process with its own children, as an operator's would be; only its imports were done before.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG, prctl(2)."""


class Nursery:
    """Starts commands, and knows when they end."""

    def __init__(self) -> None:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COUNTERSIGN"))
        }
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.service.nursery"],
            cwd=ROOT,
            env=inherited,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str, log: Path, environment: dict[str, str] | None = None) -> int:
        """The number of a process that runs ``countersign`` with these arguments."""
        assert self._process.stdin is not None
        order = {"arguments": arguments, "log": str(log), "environment": environment or {}}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said, number = self._line()
        assert said == "started"
        return number

    def ended(self, number: int) -> int:
        """The exit code of that process once it has ended; below zero, the signal that ended it."""
        said, code = self._line()
        assert said == f"ended-{number}"
        return code

    def kill(self, number: int) -> None:
        """End that process at once, with no word said."""
        os.kill(number, signal.SIGKILL)
        assert self.ended(number) == -signal.SIGKILL

    def stop(self, number: int) -> int:
        """Tell that process to end; its exit code."""
        os.kill(number, signal.SIGTERM)
        return self.ended(number)

    def has_news(self, seconds: float) -> bool:
        """Whether a process ends within so many seconds."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def close(self) -> None:
        """End every process of its, and itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _line(self) -> tuple[str, int]:
        assert self._process.stdout is not None
        said, _, number = self._process.stdout.readline().partition(" ")
        return said, int(number)


def main() -> None:
    """Be the one that forks."""
    import api.cli.serve
    import api.serving.running  # noqa: F401  # it is loading them that takes time

    reading, waking = os.pipe()
    for end in (reading, waking):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    living: set[int] = set()
    while True:
        ready, _, _ = select.select([sys.stdin.fileno(), reading], [], [])
        if reading in ready:
            os.read(reading, 4096)
            _reap(living)
        if sys.stdin.fileno() in ready:
            if not (line := sys.stdin.readline()):
                break
            living.add(_fork(json.loads(line)))
    for number in living:
        os.kill(number, signal.SIGKILL)


def _reap(living: set[int]) -> None:
    for number in tuple(living):
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            living.discard(number)
            print(f"ended-{number}", os.waitstatus_to_exitcode(status), flush=True)


def _fork(order: dict[str, object]) -> int:
    if number := os.fork():
        print("started", number, flush=True)
        return number
    code = 70
    with contextlib.suppress(BaseException):
        code = _become(order)
    os._exit(code)


def _become(order: dict[str, object]) -> int:
    from api.cli import console

    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor, end in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(descriptor, end)
    os.environ.update(order["environment"])  # type: ignore[call-overload]  # what was given as such
    sys.argv = ["countersign", *order["arguments"]]  # type: ignore[misc]  # likewise
    return console()


if __name__ == "__main__":
    main()
