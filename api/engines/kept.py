"""The other engines in processes that are kept, where verdict follows verdict. Each serves one tenant at a time.

What `asking.WorkerEngines` does for one run of the command line: an answer to each question; a process that dies, or
takes too long, has crashed over the question that it was at, and another one goes on with the next.
"""

from __future__ import annotations

import msgspec

from verifier.opinions import ANSWERS

from ..decoding import UNDECODABLE
from .asking import PROCESSES, SECONDS
from .processes import Lost, Pool
from .questions import Answer, Asked

_ANSWER = msgspec.msgpack.Decoder(Answer)


class KeptEngines:
    """`size` confined processes at most, each of one tenant."""

    def __init__(self, size: int, seconds: float = SECONDS) -> None:
        self._pool = Pool("api.engines.kept_work", size)
        self._seconds = seconds

    def ask(self, asked: list[Asked], tenant: str) -> list[Answer]:
        """An answer to each question, in their order."""
        answers: list[Answer] = []
        lost = 0
        while len(answers) < len(asked) and lost < PROCESSES:
            with self._pool.process(tenant) as process:
                while len(answers) < len(asked):
                    question = asked[len(answers)]
                    try:
                        reply = process.exchange(msgspec.msgpack.encode(question), self._seconds)
                        answers.append(_answer(reply, question))
                    except (Lost, *UNDECODABLE) as error:
                        lost += 1
                        answers.append(_crashed(question, str(error)))
                        break
        return answers + [_crashed(each, f"{PROCESSES} processes ended before it") for each in asked[len(answers) :]]

    def close(self) -> None:
        """End every process."""
        self._pool.close()


def _answer(reply: bytes, question: Asked) -> Answer:
    answer = _ANSWER.decode(reply)
    return answer if answer.answer in ANSWERS else _crashed(question, "no answer")


def _crashed(asked: Asked, detail: str) -> Answer:
    return Answer("securesystemslib" if asked.key is not None else "sigstore", "", "crashed", detail)
