"""The service as a process: started, ready, and ended with the test that started it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 60
"""Seconds to wait for what must happen: far more than it takes, and reached only where it never does."""


@dataclass(frozen=True, slots=True)
class Served:
    """A service that answers, and its process."""

    url: str
    token: str | None
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, method: str, path: str, *, token: str | None = None, **given: Any) -> httpx.Response:
        """Its answer to the operator, or to whoever has `token`."""
        headers = {"Authorization": f"Bearer {token or self.token}"} | given.pop("headers", {})
        return httpx.request(method, self.url + path, headers=headers, timeout=PATIENCE, **given)

    def lines(self) -> list[dict[str, Any]]:
        """Its log."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit code once it has ended."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def start(*flags: str, log: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """`countersign` with these flags, as a process."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COUNTERSIGN"))}
    command = [sys.executable, "-W", "error", "-m", "countersign", *flags]
    with log.open("ab") as errors:
        return subprocess.Popen(
            command,
            env=inherited | {"PYTHONPATH": str(ROOT)} | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )


@contextlib.contextmanager
def serving(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """``countersign serve`` on `data`, at a port of its own; ended when the block is left."""
    ready, log = data.with_suffix(".ready"), data.with_suffix(".log")
    ready.unlink(missing_ok=True)
    process = start(
        *("serve", "--data", str(data), "--port", "0", "--ready-file", str(ready), *flags),
        log=log,
        environment=environment,
    )
    try:
        written = json.loads(awaited(ready, process, log))
        yield Served(written["url"], written["token"], process, log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def awaited(path: Path, process: subprocess.Popen[bytes], log: Path) -> bytes:
    """What `process` writes to `path`, as soon as it has."""
    until = time.monotonic() + PATIENCE
    while not path.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"exit code {process.poll()}: {log.read_text(encoding='utf-8')[-2000:]}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return path.read_bytes()


def logged(served: Served, event: str) -> None:
    """Wait until the service has logged `event`."""
    until = time.monotonic() + PATIENCE
    while all(line["event"] != event for line in served.lines()):
        if time.monotonic() > until:
            raise AssertionError(f"{event!r} was never logged")
        time.sleep(0.02)


def children(process: subprocess.Popen[bytes]) -> set[int]:
    """The numbers of the processes below `process`."""
    found, pending = set[int](), [process.pid]
    while pending:
        for task in Path(f"/proc/{pending.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                numbers = {int(number) for number in task.read_text(encoding="ascii").split()}
                found |= numbers
                pending += numbers
    return found


def gone(numbers: set[int]) -> bool:
    """Whether all of these processes end, soon."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not any(_runs(number) for number in numbers):
            return True
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(0.02)
    return False


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
