"""The signer's process: one socket, readable by its owner alone, and the rules of `countersigner` behind it.

A connection is one question and one answer. It is bounded in time and size, and there are never more than a few at
once. What is no `Fault` is a bug: the connection closes without an answer, and nothing was signed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType

from attestations.faults import Fault

from .faults import SignerAway, SignerFault
from .frames import (
    LONGEST,
    Answer,
    Made,
    Question,
    Refusal,
    Sign,
    Standing,
    read_frame,
    read_question,
    rules,
    write_frame,
)
from .values import VerdictSigner

SECONDS = 10.0
"""How long a client may take to ask, and to take its answer."""

AT_ONCE = 16


class Server:
    """A signer that answers at the socket `path`, from `start` until `stop`."""

    def __init__(self, signer: VerdictSigner, path: Path) -> None:
        """Bind the socket, in a directory that is its owner's alone.

        Raises:
            SignerFault: ``signer.running``: somebody answers there already; ``signer.socket``.
        """
        self._signer = signer
        self._path = path
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._stopping = threading.Event()
        self._lock = _hold(path.with_suffix(".lock"))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path.unlink(missing_ok=True)  # of a signer that ended: whoever holds the lock is the only one
            before = os.umask(0o177)
            try:
                self._socket.bind(str(path))
            finally:
                os.umask(before)
            self._socket.listen(128)
        except OSError as error:
            self._socket.close()
            os.close(self._lock)
            raise SignerFault("signer.socket", f"{path} cannot be listened at: {error.strerror or error}") from None

    def serve(self) -> None:
        """Answer until `stop` is called, from another thread."""
        while not self._stopping.is_set():
            self._slots.acquire()
            try:
                connection, _ = self._socket.accept()
            except OSError:
                self._slots.release()
                continue
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        """Take no more questions; those that were taken are answered."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for _ in range(AT_ONCE):
            self._slots.acquire(timeout=SECONDS)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        os.close(self._lock)

    def __enter__(self) -> Server:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _attend(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                stream = _Timed(connection)
                answer = self._answer(stream)
                if answer is not None:
                    connection.settimeout(SECONDS)
                    connection.sendall(write_frame(answer))
                    connection.shutdown(socket.SHUT_WR)
                    stream.read(LONGEST)  # closing on what was sent and not read would take the answer with it
        except Exception:  # noqa: BLE001  # a bug is told to whoever runs this, and signs nothing
            traceback.print_exc(file=sys.stderr)
        finally:
            self._slots.release()

    def _answer(self, stream: _Timed) -> Answer | None:
        try:
            content = read_frame(stream)
            return None if content is None else self._made(read_question(content))
        except Fault as fault:
            return Refusal(fault.reason, fault.detail, fault.expected, fault.actual)

    def _made(self, question: Question) -> Answer:
        if isinstance(question, Sign) and question.rules != rules():
            raise SignerAway("the signer runs in another version than the service: start it again")
        if isinstance(question, Sign):
            return Made(self._signer.sign(question.request))
        return Standing(self._signer.status())


class _Timed:
    """What comes over `connection`, all of it within `SECONDS`, however it is dealt out."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until = time.monotonic() + SECONDS

    def read(self, size: int) -> bytes:
        """`size` bytes; fewer where the other side has closed. Raises: OSError, where the time is up."""
        parts = bytearray()
        while len(parts) < size:
            self._connection.settimeout(max(self._until - time.monotonic(), 0.001))
            part = self._connection.recv(min(size - len(parts), 1 << 20))
            if not part:
                break
            parts += part
        return bytes(parts)


def _hold(path: Path) -> int:
    """A lock that only a living process holds: two signers would keep two journals of one key.

    Raises:
        SignerFault: ``signer.running``, ``signer.socket``.
    """
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SignerFault("signer.socket", f"{path} cannot be made: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SignerFault("signer.running", "another signer runs on this directory") from None
    return descriptor
