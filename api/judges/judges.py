"""The pool of judges, and one exchange with one of them: what comes back is hostile until it was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from verifier.faults import PolicyFault
from verifier.levels import LEVELS
from verifier.outcome import Outcome
from verifier.reasons import REASONS

from ..decoding import UNDECODABLE
from ..engines.processes import Exhausted, Late, Lost, NotStarted, Pool
from ..engines.questions import Answer, Asked
from .faults import JudgeFault, JudgesAway
from .judgements import Answers, Case, Judgement, Questions, Refused
from .manifests import Glance, Glanced

SECONDS = 120
"""How long one judgement may take by the clock on the wall, beside its processor seconds."""

LARGEST = 32 << 20
"""Bytes of a judgement: many times those of a report on all the evidence that a request may have."""

LONGEST = 255
"""Characters of a word of the judge's own: a product, a detail."""

_REPLY: msgspec.msgpack.Decoder[Judgement | Refused] = msgspec.msgpack.Decoder(Judgement | Refused)
_QUESTIONS = msgspec.msgpack.Decoder(Questions)
_GLANCED = msgspec.msgpack.Decoder(Glanced)


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
            JudgesAway: ``judge.unavailable``.
            PolicyFault: ``policy.*``: the policy does not read, and will not the next time.
        """
        ...

    def glance(self, glance: Glance, tenant: str) -> Glanced:
        """What a file says as a manifest, read by a process of `tenant` alone. Raises: JudgeFault, as `judge`."""
        ...

    def close(self) -> None:
        """End every process."""
        ...


class Judges:
    """`size` confined processes at most, each of one tenant."""

    def __init__(self, size: int, seconds: float = SECONDS, work: str = "api.judges.work") -> None:
        self._pool = Pool(work, size)
        self._seconds = seconds

    def judge(self, case: Case, tenant: str, engines: EnginesOfTenant | None) -> Judgement:
        """As `Judging` has it. Other engines are asked where the case says so and there are any."""

        def asked(message: bytes) -> bytes:
            questions = _QUESTIONS.decode(message).asked
            return msgspec.msgpack.encode(Answers(engines.ask(questions, tenant) if engines is not None else []))

        return _judgement(self._exchange(msgspec.msgpack.encode(case), tenant, asked))

    def glance(self, glance: Glance, tenant: str) -> Glanced:
        """As `Judging` has it."""
        reply = self._exchange(msgspec.msgpack.encode(glance), tenant, lambda _: b"")
        try:
            return _GLANCED.decode(reply)
        except UNDECODABLE as lost:
            raise JudgeFault("judge.crashed", f"the judge did not say what it read: {lost}") from None

    def _exchange(self, message: bytes, tenant: str, asked: Callable[[bytes], bytes]) -> bytes:
        try:
            with self._pool.process(tenant) as process:
                return process.exchange(message, self._seconds, asked)
        except NotStarted as error:
            raise JudgesAway(str(error)) from None
        except Late as lost:
            raise JudgeFault("judge.timeout", f"the judge was stopped: {lost}") from None
        except Exhausted as lost:
            raise JudgeFault("judge.memory", f"the judge was stopped: {lost}") from None
        except (Lost, *UNDECODABLE) as lost:  # the latter: what it asked of other engines is no question
            raise JudgeFault("judge.crashed", f"the judge gave no judgement: {lost}") from None

    def close(self) -> None:
        """End every process."""
        self._pool.close()


def _judgement(reply: bytes) -> Judgement:
    """The judgement in a reply. Whether the report says the same is the signer's to see, which reads it again."""
    if len(reply) > LARGEST:
        raise JudgeFault("judge.crashed", "the judge gave no judgement: it is too long for one")
    try:
        judgement = _REPLY.decode(reply)
    except UNDECODABLE as lost:
        raise JudgeFault("judge.crashed", f"the judge gave no judgement: {lost}") from None
    if isinstance(judgement, Refused):
        if judgement.reason in REASONS:
            raise PolicyFault(judgement.reason, judgement.detail[:LONGEST])
        raise JudgeFault("judge.crashed", "the judge refused, and gave no reason of ours")
    words = judgement.outcome in Outcome.__members__, judgement.level in LEVELS
    if not all(words) or len(judgement.product or "") > LONGEST:
        raise JudgeFault("judge.crashed", "the judge gave no judgement: its words are none of ours")
    return judgement
