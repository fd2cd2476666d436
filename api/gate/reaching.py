"""Asking a gate that answers at a Unix socket. Whatever is no answer of its form lets nothing through."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from attestations.faults import Place

from ..decoding import UNDECODABLE
from ..effects.paths import meaning
from ..usecases.artifacts import is_digest
from .addresses import check_not_everybodys
from .faults import GateFault
from .messages import read_answer, write_question
from .wire import Answered, Check, Set, Told

if TYPE_CHECKING:
    from .gate import Asked

PATIENCE = 600.0
"""Seconds for an answer: gigabytes are hashed meanwhile."""

_ANSWERED = msgspec.json.Decoder(Answered)


def ask(path: Path, asked: Asked) -> Told:
    """What the gate at the socket `path` decides about files that are named from where we are.

    Raises:
        GateFault: ``gate.unreachable``: nobody answers there, everybody could, or what answers is no decision.
    """
    place = Place(str(path))
    content = msgspec.json.encode(Check((_from_anywhere(asked),)))
    headers = {"host": "localhost", "content-type": "application/json"}
    until = time.monotonic() + PATIENCE
    try:
        check_not_everybodys(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(path))
            connection.sendall(write_question("POST", "/v1/check", content, headers))
            status, answer = read_answer(_received(connection, until))
    except (OSError, ValueError) as error:
        raise GateFault("gate.unreachable", f"nobody answers: {meaning(error)}", place=place) from None
    except GateFault as fault:
        raise GateFault("gate.unreachable", f"no answer of a gate's: {fault.detail}", place=place) from None
    try:
        (item,) = _ANSWERED.decode(answer).items
        if status == 200 and item.update is not None:
            return item.update
    except (ValueError, *UNDECODABLE):
        pass
    told = answer[:400].decode("utf-8", "replace")
    raise GateFault("gate.unreachable", "it answers, and decides nothing", place=place, actual=f"{status} {told}")


def _from_anywhere(asked: Asked) -> Set:
    """The same files, by paths that mean them wherever the gate stands."""
    return Set(
        files=tuple(file if is_digest(file) else _whole(file) for file in asked.files),
        evidence=tuple(map(_whole, asked.evidence)),
        bundles=tuple(map(_whole, asked.bundles)),
        release=asked.release,
    )


def _whole(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100  # a link stays what it is: it is the gate that looks


def _received(connection: socket.socket, until: float) -> Callable[[], bytes]:
    def read() -> bytes:
        connection.settimeout(max(0.001, until - time.monotonic()))
        return connection.recv(1 << 16)

    return read
