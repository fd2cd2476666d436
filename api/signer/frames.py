"""Messages on the socket: four bytes of length, big-endian, then that many bytes of JSON. One question, one answer.

Spec: none but this file; both ends are of one version and on one machine.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import Struct

from verifier.reasons import table_digest

from ..decoding import UNDECODABLE
from ..version import VERSION
from .faults import SignerFault
from .values import Signed, SignRequest, Status

LONGEST = 24 << 20
"""Bytes of the longest message: a report of 8 MiB in base64, answered in envelopes that hold it again."""

LONGEST_REPORT = 8 << 20
"""Bytes of the longest report that is signed."""


class Ask(Struct, frozen=True, tag="status", forbid_unknown_fields=True):
    """How do you stand?"""


class Sign(Struct, frozen=True, tag="sign", forbid_unknown_fields=True):
    """Sign this. `rules` is `rules()` of whoever asks."""

    request: SignRequest
    rules: str


def rules() -> str:
    """What this process writes reports by: another version may write the same verdict otherwise."""
    return f"{VERSION} {table_digest()}"


class Refusal(Struct, frozen=True, tag="refusal"):
    """Why not."""

    reason: str
    detail: str
    expected: str | None = None
    actual: str | None = None


class Made(Struct, frozen=True, tag="signed"):
    """Here it is."""

    signed: Signed


class Standing(Struct, frozen=True, tag="status"):
    """So."""

    status: Status


Question = Ask | Sign
Answer = Refusal | Made | Standing


class Stream(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """`size` bytes; fewer at the end."""
        ...


def write_frame(message: Question | Answer) -> bytes:
    """The message as it goes over the socket."""
    content = msgspec.json.encode(message)
    return len(content).to_bytes(4, "big") + content


def read_frame(stream: Stream) -> bytes | None:
    """The content of the next message; None where the other side has closed between messages.

    Raises:
        SignerFault: ``signer.malformed``, where it is cut off or longer than `LONGEST`.
    """
    head = stream.read(4)
    if not head:
        return None
    size = int.from_bytes(head, "big")
    if len(head) < 4 or size > LONGEST:
        raise SignerFault("signer.malformed", "no message of ours", expected=f"at most {LONGEST} bytes")
    content = stream.read(size)
    if len(content) < size:
        raise SignerFault("signer.malformed", "a message that is cut off", expected=f"{size} bytes")
    return content


_QUESTION: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)
_ANSWER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def read_question(content: bytes) -> Question:
    """What a client asks. Raises: SignerFault ``signer.malformed``."""
    try:
        question: Question = _QUESTION.decode(content)
    except UNDECODABLE as error:
        raise SignerFault("signer.malformed", f"not a question that is answered here: {error}") from None
    if isinstance(question, Sign) and len(question.request.report) > LONGEST_REPORT:
        raise SignerFault("signer.malformed", "a longer report than is signed", expected=f"at most {LONGEST_REPORT}")
    return question


def read_answer(content: bytes) -> Answer:
    """What the signer answers. Raises: SignerFault ``signer.malformed``."""
    try:
        answer: Answer = _ANSWER.decode(content)
    except UNDECODABLE as error:
        raise SignerFault("signer.malformed", f"not an answer: {error}") from None
    return answer
