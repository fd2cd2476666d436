"""The process of the other client: one repository on standard input, one answer on standard output.

One process for one repository: whoever takes it over speaks for no other party.
"""

from __future__ import annotations

import os
import sys

import msgspec

from .confinement import confine
from .tuf_questions import AskedRepository, RepositoryAnswer, read_asked


def main() -> None:
    """Read the question, give up what is not needed, answer. What a library prints goes to standard error."""
    data = sys.stdin.buffer.read()
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)
        confine()
        answers.write(msgspec.json.encode(answer_to(read_asked(data))) + b"\n")


def answer_to(asked: AskedRepository) -> RepositoryAnswer:
    """What the client comes to, or that it broke."""
    try:
        from . import tuf_engine

        return tuf_engine.answer(asked)
    except Exception as error:  # noqa: BLE001  # a library that breaks on metadata has given no answer: that is one, too
        return RepositoryAnswer("tuf", "", "crashed", f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
