"""Ask the signer over its socket. A connection is one question: nothing is shared, nothing is left over."""

from __future__ import annotations

import socket
from pathlib import Path

from .faults import AWAY, SignerAway, SignerFault
from .frames import (
    LONGEST_REPORT,
    Answer,
    Ask,
    Made,
    Question,
    Refusal,
    Sign,
    Standing,
    read_answer,
    read_frame,
    rules,
    write_frame,
)
from .values import Signed, SignRequest, Status

SECONDS = 30.0
"""How long an answer may take, by the clock on the wall: a signature takes milliseconds, a token a second."""


class SignerClient:
    """The signer behind the socket at `path`. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, request: SignRequest) -> Signed:
        if len(request.report) > LONGEST_REPORT:
            raise SignerFault(
                "signer.malformed", "a longer report than is signed", expected=f"at most {LONGEST_REPORT}"
            )
        answer = self._ask(Sign(request, rules()))
        if not isinstance(answer, Made):
            raise SignerAway("the signer answered something else than was asked")
        return answer.signed

    def status(self) -> Status:
        answer = self._ask(Ask())
        if not isinstance(answer, Standing):
            raise SignerAway("the signer answered something else than was asked")
        return answer.status

    def _ask(self, question: Question) -> Answer:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(SECONDS)
                connection.connect(str(self._path))
                connection.sendall(write_frame(question))
                with connection.makefile("rb") as stream:
                    content = read_frame(stream)
        except OSError as error:
            raise SignerAway(f"no answer from the signer: {error.strerror or error}") from None
        except SignerFault as fault:
            raise SignerAway(f"no whole answer from the signer: {fault.detail}") from None
        if content is None:
            raise SignerAway("the signer ended before it answered")
        answer = read_answer(content)
        if isinstance(answer, Refusal) and answer.reason in AWAY:
            raise SignerAway(answer.detail, reason=answer.reason)
        if isinstance(answer, Refusal):
            raise SignerFault(answer.reason, answer.detail, expected=answer.expected, actual=answer.actual)
        return answer
