"""System calls that a confined process makes no more, by the kernel's own word, whoever in it wants to make them.

The audit hook sees what Python does, Landlock what is opened. A parser that was taken over makes system calls of its
own, and some lead past both: to the signer's socket, which is no file that is opened and lies in no network; to other
processes of the same user, by signals.

Where there is no seccomp, or on a processor whose numbers are not known here, nothing is refused, and `refuse_calls`
says so.

Spec: https://docs.kernel.org/userspace-api/seccomp_filter.html, linux/audit.h (architectures), linux/bpf_common.h
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Mapping

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM

_NUMBER, _ARCHITECTURE = 0, 4
"""Where a filter finds them."""

_X32 = 0x40000000
"""From here on, calls of another convention of x86-64, under other numbers."""

_COMMON = (424, 425, 426, 427, 434, 438)
"""pidfd_send_signal, io_uring_setup, io_uring_enter, io_uring_register, pidfd_open, pidfd_getfd: new enough to have one
number everywhere. A ring would make the other calls for whoever may not."""

# fmt: off
_ARCHITECTURES: Mapping[str, tuple[int, tuple[int, ...]]] = {
    #                        connect sendto sendmsg sendmmsg  kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo
    "x86_64":  (0xC000003E, (42,     44,    46,     307,      62,  200,  234,   129,            297,
    #                        ptrace  process_vm_readv process_vm_writev  execve execveat  unshare setns  bpf
                             101,    310,             311,               59,    322,      272,    308,   321)),
    "aarch64": (0xC00000B7, (203,    206,   211,    269,      129, 130,  131,   138,            240,
                             117,    270,             271,               221,   281,      97,     268,   280)),
}
# fmt: on


def known() -> bool:
    """Whether the numbers of this system's calls are known here."""
    return sys.platform == "linux" and platform.machine() in _ARCHITECTURES


def refuse_calls() -> bool:
    """Make none of them from now on: each fails as what is not permitted. False where the kernel does not know how."""
    if not known():
        return False
    program = _filter(*_ARCHITECTURES[platform.machine()])
    lines = ctypes.create_string_buffer(program, len(program))
    filtering = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(lines)))
    system = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    return bool(
        system.prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) == 0
        and system.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), filtering, zero, zero) == 0
    )


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Calls of another architecture are refused, of this one those that are listed; all others are made."""
    refused = (*calls, *_COMMON)
    end = len(refused) + 1  # lines from after the last comparison's first line to the refusal
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_IF_EQUAL, architecture, otherwise=len(refused) + 3),
        _line(_LOAD, _NUMBER),
        _line(_IF_AT_LEAST, _X32, then=end),
    ]
    lines += [_line(_IF_EQUAL, call, then=end - number - 1) for number, call in enumerate(refused)]
    return b"".join([*lines, _line(_RETURN, _ALLOW), _line(_RETURN, _REFUSE)])


def _line(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction; `then` and `otherwise` are how many lines to pass over."""
    return struct.pack("=HBBI", code, then, otherwise, value)
