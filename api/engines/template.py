"""A process that loads the work once and forks whoever does it: each is confined before its first message.

    service ── fork, with one end of a pipe ──► template ── fork ──► a process: confine, then message in, answer out
            ── end, with its number ──────────► template kills and reaps it, and says how it had ended

The template itself is told nothing but these two and never sees a message. It has no environment, and ends with the
service, and every process of its with it. A fork takes milliseconds, where a start takes as long as hundreds of
verdicts: so a process need never serve two tenants.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import ModuleType

from .confinement import CPU_SECONDS, confine, grant
from .frames import messages, send

USES = 256
"""Messages that one process answers before another takes its place: what hostile bytes left in it goes with it."""

LARGEST, LARGEST_REPLY = 1 << 30, 1 << 29
"""Bytes of a message to a process, and of one by it. What is read of others is bounded by the limits of the format long
before; a process that was taken over is bounded here."""

ANSWER, QUESTION, EXHAUSTED = b"a", b"q", b"m"
"""What a message of a process begins with: it is done; it wants an answer itself; it has no memory left."""

FORK, END = b"f", b"e"
ORDER = 9
"""Bytes of an order and of its acknowledgement: a letter and a number of eight bytes, big-endian, signed."""

Ask = Callable[[bytes], bytes]


def order(letter: bytes, number: int = 0) -> bytes:
    return letter + number.to_bytes(ORDER - 1, "big", signed=True)


def number_of(message: bytes) -> int:
    return int.from_bytes(message[1:], "big", signed=True)


def main() -> None:
    """Be the template of the module that the second argument names, which has ``answer(message, ask) -> bytes``."""
    work = importlib.import_module(sys.argv[2])
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[3])) as control:
        _Template(control, work).run()


class _Template:
    def __init__(self, control: socket.socket, work: ModuleType) -> None:
        self._control = control
        self._work = work
        self._living: set[int] = set()

    def run(self) -> None:
        """Do as told until the service is gone; then end what it left."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, ORDER, 1)
            if len(message) < ORDER:
                break
            number = self._fork(descriptors[0]) if message[:1] == FORK else self._end(number_of(message))
            self._control.sendall(order(message[:1], number))
        for each in tuple(self._living):
            self._end(each)

    def _fork(self, descriptor: int) -> int:
        """The number of a new process, which reads messages from `descriptor` and answers there."""
        if child := os.fork():
            os.close(descriptor)
            self._living.add(child)
            return child
        code = 70  # a crash: sysexits.h, EX_SOFTWARE
        try:
            self._control.close()
            confine(USES * CPU_SECONDS)
            _serve(descriptor, self._work)
            code = 0
        finally:
            os._exit(code)

    def _end(self, child: int) -> int:
        """How the process had ended, or now does: its exit code, or a signal's number below zero."""
        if child not in self._living:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        self._living.discard(child)
        return os.waitstatus_to_exitcode(status)


def _serve(descriptor: int, work: ModuleType) -> None:
    incoming = messages(descriptor, LARGEST)

    def ask(question: bytes) -> bytes:
        send(descriptor, QUESTION + question)
        return next(incoming)

    for message in incoming:
        grant(CPU_SECONDS)
        try:
            answer = work.answer(message, ask)
        except MemoryError:
            send(descriptor, EXHAUSTED)
            return
        send(descriptor, ANSWER + answer)
        del message, answer
