"""The pool of judges."""

from __future__ import annotations

from typing import Protocol

from ..engines.questions import Answer, Asked
from .judgements import Case, Judgement


class EnginesOfTenant(Protocol):
    """Whoever gives second opinions, in processes that serve one tenant at a time."""

    def ask(self, asked: list[Asked], tenant: str) -> list[Answer]:
        """An answer to each question, in their order."""
        ...


class Judging(Protocol):
    """Whoever judges."""

    def judge(self, case: Case, tenant: str, engines: EnginesOfTenant | None) -> Judgement:
        """The judgement of the case, by a process that serves `tenant` alone.

        Raises:
            JudgeFault: ``judge.crashed``, ``judge.timeout``, ``judge.memory``.
        """
        ...

    def close(self) -> None:
        """End every process."""
        ...
