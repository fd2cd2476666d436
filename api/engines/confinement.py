"""A process that gives up what it does not need, before it looks at anything: other people's parsers run in it.

    everywhere   an audit hook: no socket connects or binds, no process starts or is signalled, no file is opened to be
                 written, and none is moved, removed, made or marked
    POSIX        limits of the kernel: processor seconds, memory, size of files
    Linux        a network namespace of its own, with nothing in it, where the system lets a user make one; and no file
                 but those it is made of (`landlock`), where the kernel knows how; and no system call that leads to
                 another process: none that connects, signals, traces or runs anything (`syscalls`)

It is given no key and no token: its environment is empty, and what it works on comes over a pipe. Where there is no
Landlock it can read what its user can read; what it reads it can tell nobody but us, who take an answer of one form
from it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import Any

from .landlock import needed, restrict_files
from .syscalls import refuse_calls

CPU_SECONDS = 60
MEMORY = 2 << 30
"""Bytes of address space: the libraries take a quarter of it, and evidence is bounded before it comes here."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_REFUSED = frozenset(
    {
        "os.chflags",
        "os.chmod",
        "os.chown",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.kill",
        "os.killpg",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.remove",
        "os.removexattr",
        "os.rename",
        "os.rmdir",
        "os.setxattr",
        "os.spawn",
        "os.symlink",
        "os.system",
        "os.truncate",
        "os.utime",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        "subprocess.Popen",
    }
)


class Confined(BaseException):
    """What was asked for is not allowed here. No library's own ``except Exception`` takes it for a failure."""


def confine(cpu_seconds: int = CPU_SECONDS) -> None:
    """Give it up, for good. `cpu_seconds` is for all that the process will ever do."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_the_network()
    restrict_files(needed())
    refuse_calls()
    sys.addaudithook(_refuse)


def grant(cpu_seconds: int) -> None:
    """From now on, so many processor seconds, for a process that has more to do than one thing."""
    with contextlib.suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        wanted = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (min(wanted, most), most))


def _leave_the_network() -> None:
    """Where the system refuses it to a user, the audit hook alone stands between a library and the network."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.bind":
        # As the system would: urllib3, under `sigstore`, tries once when it is loaded whether it may.
        raise PermissionError(event)
    if event in _REFUSED or (event == "open" and _writes(arguments)):
        raise Confined(event)


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = (*arguments, None, None)[:3]
    named = isinstance(mode, str) and any(letter in mode for letter in "wax+")
    return named or (isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)))
