"""What apt itself expands: it keeps its lists in lz4 or zstd, which Python does not read.

apt's own helper, which goes by a file's name, is run on one file, with an end to its output and to its time. What it
gives is believed by nobody: an index is known by its digest, which the archive signed.

Spec: apt.conf(5), Acquire::GzipIndexes, Acquire::CompressionTypes
"""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

from attestations.faults import FormatFault, LimitFault, Place

from .paths import shown

HELPER = "/usr/lib/apt/apt-helper"

DEADLINE = 60.0
"""Seconds for one file, all in all."""


def expanded(path: str, most: int) -> bytes:
    """What the file at `path` expands to, at most `most` bytes.

    Raises:
        FormatFault: ``debian.compression``.
        LimitFault: ``limit.expanded``.
    """
    command = [HELPER, "cat-file", str(Path(path).absolute())]
    # The libraries of a gate's own environment are older than the system's one day: apt's program has its own.
    variables = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    try:
        helper = subprocess.Popen(
            command,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise _unread(path, f"apt's own program to expand it does not start: {error.strerror}") from None
    end = threading.Timer(DEADLINE, helper.kill)
    end.daemon = True
    end.start()
    with helper:
        assert helper.stdout is not None
        content = helper.stdout.read(most + 1)
        if len(content) > most:
            helper.kill()
    end.cancel()
    if len(content) > most:
        raise LimitFault(
            "limit.expanded",
            f"it expands to more than {most} bytes",
            place=Place(shown(path)),
            expected=f"at most {most}",
            actual=f"more than {most}",
        )
    if helper.returncode != 0:
        raise _unread(path, "apt's own program cannot expand it")
    return content


def _unread(path: str, detail: str) -> FormatFault:
    return FormatFault("debian.compression", detail, place=Place(shown(path)), expected=f"{HELPER} cat-file")
