"""A gate that answers on this machine: at a socket that its owner reaches, or at a port to whoever has its token.

    accept ─► a slot of `AT_ONCE` ─► the question, all of it within `SECONDS` ─► who asks ─► the gate ─► one answer

It never fails open: whatever goes wrong is an answer that lets nothing through, or none. At a port, a page in a browser
is kept out by the name it calls us by (``Host``) and by the token, which only those can read who may read the state.

Spec: countersign design, section 7 (Gate)
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import os
import secrets
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from attestations.faults import Fault, Place

from ..effects.paths import meaning
from ..effects.writing import unwritable
from .addresses import check_not_everybodys
from .faults import GateFault
from .messages import Question, read_question, write_answer
from .wire import Set, decision_json, fault_json, read_accept, read_check, state_json

if TYPE_CHECKING:
    import datetime

    from .gate import Gate

SECONDS = 10.0
"""How long somebody may take to ask, and to take the answer."""

AT_ONCE = 16
"""Questions that are answered at the same time; the next ones wait to be taken."""

DRAIN = 20.0
"""Seconds that answers under way get, once the server is told to stop."""

LOOK = 1.0
"""Seconds between two looks at whether to stop, while nobody asks or every slot is taken."""

BACKLOG = 128
"""Connections that wait to be taken."""

TOKEN = "serve.token"
"""What those show who ask at a port, in the directory of the gate's state."""

ASKED = ("POST /v1/check", "POST /v1/accept", "GET /v1/state", "GET /healthz")

CRASH = "internal.crash"
"""The reason of what is our own fault."""

_STATUSES = {"gate.request": 400, "gate.token": 401, "gate.host": 421}
_PHRASES = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 409: "Conflict", 421: "Misdirected Request"} | {
    500: "Internal Server Error"
}
_JSON, _PROBLEM = "application/json", "application/problem+json"


class Callers(Struct, frozen=True):
    """Who may ask. At a Unix socket, whoever reaches it: `hosts` and `token` are None there."""

    hosts: frozenset[str] | None = None
    token: str | None = None

    def check(self, question: Question) -> None:
        """Refuse a question that comes by another name, out of a page, or without the token.

        Raises:
            GateFault: ``gate.host``, ``gate.token``.
        """
        if self.hosts is None or self.token is None:
            return
        host = question.headers.get("host", "")
        if host not in self.hosts or "origin" in question.headers:
            names = ", ".join(sorted(self.hosts))
            raise GateFault("gate.host", "asked out of a page, or by another's name", expected=f"host: {names}")
        shown = question.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {self.token}".encode()):
            raise GateFault(
                "gate.token", "who asks does not show this gate's token", expected="authorization: Bearer …"
            )


class Server:
    """A gate at a socket that listens, until `stop`."""

    def __init__(
        self, gate: Gate, listener: socket.socket, callers: Callers, now: Callable[[], datetime.datetime]
    ) -> None:
        self._gate = gate
        self._listener = listener
        self._callers = callers
        self._now = now
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._stopping = threading.Event()

    def serve(self) -> None:
        """Answer until `stop` is called, from another thread or by a signal; then what is under way is finished."""
        # A signal that comes just before the wait begins does not end it, and Python runs its handler only after.
        self._listener.settimeout(LOOK)
        while self._slot():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                self._slots.release()
                continue
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()
        until = time.monotonic() + DRAIN
        for _ in range(AT_ONCE):
            self._slots.acquire(timeout=max(0.0, until - time.monotonic()))

    def _slot(self) -> bool:
        """Take a slot for the next question, once there is one; False as soon as no more questions are taken."""
        while not self._stopping.is_set():
            if self._slots.acquire(timeout=LOOK):
                return True
        return False

    def stop(self) -> None:
        """Take no more questions."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)

    def _attend(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                answer = self._answer(_within(connection, SECONDS))
                connection.settimeout(SECONDS)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                # Closing on what was sent and not read would take the answer with it.
                _drain(connection)
        finally:
            self._slots.release()

    def _answer(self, read: Callable[[], bytes]) -> bytes:
        try:
            question = read_question(read)
            if question.target == "/healthz":
                return _told(200, {"status": "ok"})
            self._callers.check(question)
            return _told(200, self._asked(question))
        except Fault as fault:
            return _told(_STATUSES.get(fault.reason, 409), fault_json(fault), _PROBLEM)
        except Exception:  # noqa: BLE001  # a bug is told to whoever runs this, and lets nothing through
            traceback.print_exc(file=sys.stderr)
            return _told(500, fault_json(GateFault(CRASH, "the gate failed; its log says where")), _PROBLEM)

    def _asked(self, question: Question) -> dict[str, Any]:
        match question.method, question.target:
            case "POST", "/v1/check":
                return {"items": [self._decided(each) for each in read_check(_json(question)).items]}
            case "POST", "/v1/accept":
                return state_json(self._gate.accept(read_accept(_json(question)).digests, self._now()))
            case "GET", "/v1/state":
                return state_json(self._gate.state())
        asked = f"{question.method} {question.target}"
        raise GateFault("gate.request", "nothing is asked by that", expected=", ".join(ASKED), actual=asked)

    def _decided(self, each: Set) -> dict[str, Any]:
        """One of several sets: what keeps one from being decided keeps none of the others."""
        try:
            return {"status": 200, "update": decision_json(self._gate.check(each.asked, self._now()))}
        except Fault as fault:
            return {"status": 409, "problem": fault_json(fault)}


@contextlib.contextmanager
def socket_at(path: Path, mode: int) -> Iterator[socket.socket]:
    """A Unix socket at `path` that listens, as long as the context lasts; only those whom `mode` lets reach it.

    One that a server which was killed left behind is taken over; what is no socket stays.

    Raises:
        GateFault: ``gate.address``, also where somebody answers there, or everybody could.
    """
    import fcntl

    with contextlib.ExitStack() as held, _listening(str(path)):
        check_not_everybodys(path)
        # Whoever may open it could hold it: its owner alone does, and a link to somewhere else is none.
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        held.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        listener = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        if path.is_socket():
            path.unlink()
        before = os.umask(0o777 & ~mode)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        held.callback(path.unlink, missing_ok=True)
        listener.listen(BACKLOG)
        closing = held.pop_all()
    with closing:
        yield listener


@contextlib.contextmanager
def port_at(host: str, port: int) -> Iterator[tuple[socket.socket, frozenset[str]]]:
    """A port of this machine's own that listens, and the names that it is called by.

    Raises:
        GateFault: ``gate.address``, also for an address that other machines reach.
    """
    place = f"{host}:{port}"
    with _listening(place):
        address = ipaddress.ip_address(host)
        if not address.is_loopback:
            raise ValueError("other machines reach it; give 127.0.0.1 or ::1")
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
    with listener:
        with _listening(place):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(BACKLOG)
        taken = listener.getsockname()[1]
        name = f"[{host}]" if address.version == 6 else host
        yield listener, frozenset({f"{name}:{taken}", f"localhost:{taken}"})


@contextlib.contextmanager
def _listening(place: str) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise GateFault("gate.address", "a gate answers there already", place=Place(place)) from None
    except (OSError, ValueError) as error:
        raise GateFault("gate.address", f"cannot be listened at: {meaning(error)}", place=Place(place)) from None


def new_token(state: Path) -> str:
    """A token for those who may read `state`: it is in a file there, its owner's alone, until the next one is made.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    token = secrets.token_urlsafe(32)
    path = state / TOKEN
    with unwritable(str(path)):
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
    return token


def _json(question: Question) -> bytes:
    """The body, of a question that says that it is JSON: a form in a page cannot."""
    kind = question.headers.get("content-type", "")
    if kind != _JSON:
        raise GateFault("gate.request", "a body that is not said to be JSON", expected=_JSON, actual=ascii(kind[:80]))
    return question.body


def _told(status: int, content: dict[str, Any], kind: str = _JSON) -> bytes:
    return write_answer(status, _PHRASES[status], kind, msgspec.json.encode(content))


def _within(connection: socket.socket, seconds: float) -> Callable[[], bytes]:
    """Gives what comes over `connection`, all of it within so many seconds, however it is dealt out."""
    until = time.monotonic() + seconds

    def read() -> bytes:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        return connection.recv(1 << 16)

    return read


def _drain(connection: socket.socket) -> None:
    """Read on until the other side closes, a little while and a little of it."""
    read = _within(connection, 1.0)
    for _ in range(16):
        if not read():
            return
