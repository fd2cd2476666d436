"""The process of the kept engines: a question in, the answer out. Forked with both libraries loaded, then confined."""

from __future__ import annotations

import msgspec

from . import dsse_engine, sigstore_engine
from .questions import Asked
from .template import Ask
from .worker import answer_to

LOADED = (dsse_engine.ENGINE, sigstore_engine.ENGINE)
"""What the template loads, so that no process has to."""

_ASKED = msgspec.msgpack.Decoder(Asked)


def answer(message: bytes, ask: Ask) -> bytes:  # noqa: ARG001  # these ask nothing themselves
    """The engines' answer to the question in `message`."""
    return msgspec.msgpack.encode(answer_to(_ASKED.decode(message)))
