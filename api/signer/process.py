"""The signer as a process of its own, beside the service that asks it.

It is started with an empty environment and ends with the service that started it, also where that is killed: its
standard input is a pipe that nobody writes to and that closes with its owner. Where it dies, it is started again by
whoever asks next.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from pathlib import Path

from .client import SignerClient
from .faults import SignerAway
from .setup import SOCKET
from .values import Signed, SignRequest, Status

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from api.signer.running import main; main(sys.argv[2])"
_ROOT = str(Path(__file__).resolve().parents[2])

SECONDS = 20.0
"""How long it may take to end when it is told to."""


class SignerProcess:
    """The signer of `directory` (see `setup.prepare`), running. Safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._client = SignerClient(directory / SOCKET)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it where none answers. Raises: SignerAway ``signer.unavailable``, with what it said as it ended."""
        with self._lock:
            if (self._process is not None and self._process.poll() is None) or self._answers():
                return
            self._end()
            command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, _ROOT, str(self._directory)]
            self._process = subprocess.Popen(
                command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            assert self._process.stdout is not None
            said = self._process.stdout.readline()
            if said != b"ready\n":
                self._end()
                raise SignerAway(f"it does not start: {said.decode('utf-8', 'replace').strip() or 'it says nothing'}")

    def _answers(self) -> bool:
        """Whether one runs that somebody else started: where a person had to open the key."""
        try:
            self._client.status()
        except SignerAway:
            return False
        return True

    def stop(self) -> None:
        """Let it answer what it was asked, and end it."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """Its number, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def sign(self, request: SignRequest) -> Signed:
        """As `VerdictSigner.sign`; started again where it has died."""
        try:
            return self._client.sign(request)
        except SignerAway as away:
            if away.reason != "signer.unavailable":
                raise
        self.start()
        return self._client.sign(request)

    def status(self) -> Status:
        """As `VerdictSigner.status`; started again where it has died."""
        self.start()
        return self._client.status()

    def _end(self) -> None:
        if self._process is None:
            return
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
