"""Whether a confined process can leave the machine, found out by one that tries (`confinement`)."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from ..decoding import UNDECODABLE
from .confinement import Confined, confine

SECONDS = 20
"""How long the process may take, by the clock on the wall."""

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from api.engines.probing import main; main()"
_ROOT = str(Path(__file__).resolve().parents[2])
_NAMESPACE = "/proc/self/ns/net"


class Confinement(Struct, frozen=True):
    """What stood between the process and the network: a refusal of sockets, and a namespace with no network in it."""

    refused: bool
    namespace: bool


_CONFINEMENT = msgspec.json.Decoder(Confinement)


def probe() -> Confinement | None:
    """What a process found that confined itself as the other engines' does; None where it gave no answer."""
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, _ROOT]
    try:
        ran = subprocess.run(command, env={}, capture_output=True, check=True, timeout=SECONDS)
        return _CONFINEMENT.decode(ran.stdout)
    except (OSError, subprocess.SubprocessError, *UNDECODABLE):
        return None


def main() -> None:
    """Be that process."""
    before = _namespace()
    confine()
    answer = Confinement(_refused(), before is not None and _namespace() not in {before, None})
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _namespace() -> str | None:
    try:
        return str(Path(_NAMESPACE).readlink())
    except OSError:
        return None


def _refused() -> bool:
    """Nothing is sent to find out: what is tried is to connect to a port of this machine that nobody serves."""
    try:
        with socket.socket() as attempt:
            attempt.connect(("127.0.0.1", 9))
    except Confined:
        return True
    except OSError:
        return False
    return False
