"""A work for confined processes that does what it is told, so that tests can tell it to go wrong."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import time
from pathlib import Path
from typing import Any

import msgspec

from api.engines.confinement import Confined
from api.engines.template import Ask


def answer(message: bytes, ask: Ask) -> bytes:
    """What the first word of the message says, of what the rest says; of a judge's case, what its release says."""
    told = message.decode() if message.isascii() else msgspec.msgpack.decode(message)["release"]
    word, _, rest = told.partition(" ")
    answered: bytes = WORKS[word](rest, ask)
    return answered


def _echo(rest: str, _: Ask) -> bytes:
    return rest.encode()


def _number(_: str, __: Ask) -> bytes:
    return str(os.getpid()).encode()


def _ask(rest: str, ask: Ask) -> bytes:
    return ask(rest.encode())


def _die(_: str, __: Ask) -> bytes:
    ctypes.string_at(0)
    return b""


def _lie(_: str, __: Ask) -> bytes:
    return b"\xc1"


def _boast(_: str, __: Ask) -> bytes:
    return msgspec.msgpack.encode({"type": "judgement", "report": bytes(40 << 20)})


def _invent(_: str, __: Ask) -> bytes:
    words: dict[str, object] = {
        "outcome": "SPLENDID",
        "level": "VI_LEVEL_9",
        "product": None,
        "opinions": [],
        "report": b"{}",
    }
    return msgspec.msgpack.encode({"type": "judgement", **words})


def _pester(_: str, ask: Ask) -> bytes:
    return ask(b"\xc1")


def _dawdle(_: str, __: Ask) -> bytes:
    signal.pause()
    return b""


def _grow(_: str, __: Ask) -> bytes:
    return bytes(1 << 40)


def _spin(_: str, __: Ask) -> bytes:
    import resource

    # As if it had used up what it was granted.
    resource.setrlimit(resource.RLIMIT_CPU, (0, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    while time.process_time() >= 0:
        pass
    return b""


def _environment(_: str, __: Ask) -> bytes:
    return repr(dict(os.environ)).encode()


def _descriptors(_: str, __: Ask) -> bytes:
    links = (f"/proc/self/fd/{each}" for each in range(256))
    return " ".join(os.readlink(each) for each in links if os.path.lexists(each)).encode()  # noqa: PTH115  # only a name


def _network(_: str, __: Ask) -> bytes:
    return str(Path("/proc/self/ns/net").readlink()).encode()


def _connect(_: str, __: Ask) -> bytes:
    with socket.socket() as attempt:
        return _refused(lambda: attempt.connect(("127.0.0.1", 9)))


def _write(rest: str, __: Ask) -> bytes:
    return _refused(lambda: Path(rest).write_bytes(b"x"))


def _read(rest: str, __: Ask) -> bytes:
    try:
        return Path(rest).read_bytes()
    except PermissionError:
        return b"refused"


def _start(_: str, __: Ask) -> bytes:
    return _refused(lambda: os.system("true"))


def _kill(_: str, __: Ask) -> bytes:
    return _refused(lambda: os.kill(os.getppid(), signal.SIGTERM))


def _reach(rest: str, __: Ask) -> bytes:
    """As machine code would that asks no Python: open a socket, and connect it to a path."""
    system = ctypes.CDLL(None, use_errno=True)
    address = struct.pack("=H", socket.AF_UNIX) + rest.encode() + b"\0"
    descriptor = system.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
    return _called(system.connect(descriptor, address, len(address)))


def _signal(_: str, __: Ask) -> bytes:
    """The same: see whether the template may be signalled."""
    return _called(ctypes.CDLL(None, use_errno=True).kill(os.getppid(), 0))


def _called(returned: int) -> bytes:
    return b"done" if returned == 0 else os.strerror(ctypes.get_errno()).encode()


def _refused(attempt: Any) -> bytes:
    try:
        attempt()
    except Confined as refused:
        return str(refused).encode()
    return b"allowed"


WORKS = {
    name.removeprefix("_"): work
    for name, work in list(globals().items())
    if name
    in {
        "_ask",
        "_boast",
        "_connect",
        "_dawdle",
        "_reach",
        "_signal",
        "_descriptors",
        "_die",
        "_echo",
        "_environment",
        "_grow",
        "_invent",
        "_kill",
        "_lie",
        "_network",
        "_number",
        "_pester",
        "_read",
        "_spin",
        "_start",
        "_write",
    }
}
"""What it can be told."""
