"""Confined processes that live on: a pool of them, each one tenant's, and an exchange with one of them.

    with pool.process("tenant") as process:
        answer = process.exchange(message, seconds=60)

A process that dies, is late or runs out of memory is gone, and `Lost` says how. One that did its share of messages is
replaced; so is one of another tenant, where all are taken.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .frames import LENGTH, PIECE, FrameTooLong, frame, length_of
from .template import ANSWER, END, EXHAUSTED, FORK, LARGEST_REPLY, ORDER, QUESTION, USES, number_of, order

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from api.engines.template import main; main()"
_ROOT = str(Path(__file__).resolve().parents[2])


class Lost(Exception):
    """A process that did not answer."""


class Crashed(Lost):
    """It ended, or answered what is no answer."""


class Late(Lost):
    """It took more time than it may, by its own clock or by the one on the wall."""


class Exhausted(Lost):
    """It needed more memory than it may have."""


class NotStarted(Exception):
    """No process could be had: nothing was asked, and nothing is known of whatever was to be asked about."""


class Template:
    """The template process, started when first needed and again when it is gone."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def fork(self, end: socket.socket) -> int:
        """A new process at the other end of `end`; its number. Raises: NotStarted."""
        with self._lock:
            for _ in range(2):
                if self._running is None:
                    self._running = self._started()
                with contextlib.suppress(OSError):
                    _, control = self._running
                    socket.send_fds(control, [order(FORK)], [end.fileno()])
                    return self._acknowledged(control)
                self._stop()
        raise NotStarted("no process can be started")

    def end(self, number: int) -> int | None:
        """End a process. How it had ended before, if it had: its exit code, or a signal's number below zero.

        None where the template is gone, and with it all that it knew of.
        """
        with self._lock:
            if self._running is not None:
                with contextlib.suppress(OSError):
                    _, control = self._running
                    control.sendall(order(END, number))
                    return self._acknowledged(control)
                self._stop()
        return None

    def close(self) -> None:
        """End it, and with it every process of its."""
        with self._lock:
            self._stop()

    def _started(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                return self._start(theirs), ours
        except OSError as error:
            ours.close()
            raise NotStarted(f"no process can be started: {error.strerror}") from None

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, _ROOT, self._work]
        return subprocess.Popen(
            [*command, str(theirs.fileno())],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )

    def _stop(self) -> None:
        if self._running is not None:
            process, control = self._running
            self._running = None
            control.close()
            process.wait()

    @staticmethod
    def _acknowledged(control: socket.socket) -> int:
        message = b""
        while len(message) < ORDER:
            if not (part := control.recv(ORDER - len(message))):
                raise ConnectionResetError("the template is gone")
            message += part
        return number_of(message)


class Process:
    """One confined process, of one tenant."""

    def __init__(self, template: Template, tenant: str) -> None:
        self.tenant = tenant
        self.uses = 0
        self.lost = False
        self._template = template
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self._number = template.fork(theirs)
        except BaseException:
            self._socket.close()
            raise

    def exchange(self, message: bytes, seconds: float, asked: Callable[[bytes], bytes] | None = None) -> bytes:
        """Its answer. Each leg of the exchange may take `seconds`; `asked` answers what it asks in between.

        Raises:
            Lost: how; the process is gone then.
        """
        self.uses += 1
        try:
            while True:
                reply = self._send_and_receive(message, seconds)
                kind, content = reply[:1], reply[1:]
                if kind == ANSWER:
                    return content
                if kind == EXHAUSTED:
                    raise Exhausted("a confined process needed more memory than it may have")
                if kind != QUESTION or asked is None:
                    raise Crashed("a confined process answered what is no answer")
                message = asked(content)
        except BaseException:
            self.end()
            raise

    def end(self) -> int | None:
        """End it. How it had ended: its exit code, or a signal's number below zero; None where nobody knows."""
        self.lost = True
        self._socket.close()
        return self._template.end(self._number)

    def _send_and_receive(self, message: bytes, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(frame(message))
            return self._receive(length_of(self._receive(LENGTH, until), LARGEST_REPLY), until)
        except TimeoutError:
            raise Late(f"no answer within {seconds:g} seconds") from None
        except FrameTooLong as error:
            raise Crashed(str(error)) from None
        except OSError as error:
            status = self.end()
            if status == -signal.SIGXCPU:
                raise Late("it used up its processor seconds") from error
            if status == -signal.SIGKILL:
                raise Exhausted("the system ended it, as it does where memory runs out") from error
            raise Crashed(f"its process ended with {status}") from error

    def _receive(self, count: int, until: float) -> bytes:
        parts = []
        while count:
            self._socket.settimeout(max(until - time.monotonic(), 0.001))
            if not (part := self._socket.recv(min(count, PIECE))):
                raise ConnectionResetError("the process is gone")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class Pool:
    """At most `size` processes of one work, handed out one user at a time."""

    def __init__(self, work: str, size: int) -> None:
        self._template = Template(work)
        self._size = size
        self._out = 0
        self._closed = False
        self._idle: list[Process] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def process(self, tenant: str) -> Iterator[Process]:
        """A process that serves `tenant` and has served nobody else. Waits until one is free."""
        process = self._take(tenant)
        try:
            yield process
        finally:
            self._give_back(process)

    def close(self) -> None:
        """End all of them. Those in use are lost to their users."""
        with self._changed:
            self._closed = True
            for process in self._idle:
                process.end()
            self._idle.clear()
        self._template.close()

    def _take(self, tenant: str) -> Process:
        with self._changed:
            self._changed.wait_for(lambda: self._out < self._size)
            self._out += 1
            found = next((each for each in self._idle if each.tenant == tenant), None)
            # One of another tenant makes room: the one that lay idle longest.
            excess = self._idle[0] if found is None and len(self._idle) + self._out > self._size else None
            for each in (found, excess):
                if each is not None:
                    self._idle.remove(each)
        if found is not None:
            return found
        try:
            if excess is not None:
                excess.end()
            return Process(self._template, tenant)
        except BaseException:
            self._returned()
            raise

    def _give_back(self, process: Process) -> None:
        if not process.lost and (self._closed or process.uses >= USES):
            process.end()
        self._returned(None if process.lost else process)

    def _returned(self, process: Process | None = None) -> None:
        with self._changed:
            self._out -= 1
            if process is not None:
                self._idle.append(process)
            self._changed.notify()
