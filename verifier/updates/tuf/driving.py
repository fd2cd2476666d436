"""The one loop that leads a workflow of `client` to its end, with whoever has the files and keeps them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeVar

from .client import Ask, Fetch, Keep, Kept

Result = TypeVar("Result")


class Answering(Protocol):
    """What a workflow asks for: files of a repository, and a place that outlives the session."""

    def kept(self, role: str) -> bytes | None:
        """What was kept of `role`, None where nothing was."""
        ...

    def keep(self, role: str, content: bytes) -> None:
        """Keep `content` in the place of what was kept of `role`; done when this returns."""
        ...

    def fetch(self, name: str, most: int) -> bytes | None:
        """The repository's file `name`, None where there is none or it has more than `most` bytes."""
        ...


def drive(steps: Generator[Ask, bytes | None, Result], answering: Answering) -> Result:
    """What `steps` come to. Raises: whatever they raise, and whatever `answering` does."""
    answer: bytes | None = None
    while True:
        try:
            ask = steps.send(answer)
        except StopIteration as end:
            result: Result = end.value
            return result
        answer = _answer(ask, answering)


def _answer(ask: Ask, answering: Answering) -> bytes | None:
    match ask:
        case Kept(role):
            return answering.kept(role)
        case Keep(role, content):
            answering.keep(role, content)
            return None
        case Fetch(name, most):
            return answering.fetch(name, most)
