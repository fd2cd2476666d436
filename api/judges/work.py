"""The process of a judge: a case in, questions to other engines out where they are asked, the judgement out.

It is forked with all of this loaded and is confined by then (`api.engines.template`).
"""

from __future__ import annotations

import functools
import hashlib

import msgspec

from attestations.faults import Fault
from attestations.limits import Limits
from verifier.engine import judge, questions_of, releases_of
from verifier.memory import Memory
from verifier.opinion_forms import opinion_tree
from verifier.opinions import Opinion
from verifier.outcome import Outcome
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.record import write_record
from verifier.report import render_report
from verifier.request import Request
from verifier.updates.releases import write_release

from ..engines.asking import opinions_on
from ..engines.questions import Answer, Asked
from ..engines.template import Ask
from .judgements import Answers, Case, Judgement, Questions, Refused
from .manifests import Glance, glance_at

_CASE: msgspec.msgpack.Decoder[Case | Glance] = msgspec.msgpack.Decoder(Case | Glance)
_ANSWERS = msgspec.msgpack.Decoder(Answers)


class _Others:
    """The other engines, as this process reaches them: through whoever gave it the case."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def ask(self, asked: list[Asked]) -> list[Answer]:
        return _ANSWERS.decode(self._ask(msgspec.msgpack.encode(Questions(asked)))).answers


def answer(message: bytes, ask: Ask) -> bytes:
    """The judgement of the case in `message`, a refusal where its policy does not read; or what a file says."""
    case = _CASE.decode(message)
    if isinstance(case, Glance):
        return msgspec.msgpack.encode(glance_at(case))
    try:
        policy = _policy(case.policy, case.limits)
    except Fault as fault:
        return msgspec.msgpack.encode(Refused(fault.reason, fault.detail))
    others = _Others(ask) if case.asking else None
    return msgspec.msgpack.encode(_judgement(_request(case, policy), others, recording=case.recording))


@functools.lru_cache(maxsize=16)
def _policy(content: bytes, limits: Limits) -> Policy:
    return parse_policy(content, "policy", limits)


def _request(case: Case, policy: Policy) -> Request:
    return Request(
        artifact=case.artifact,
        evidence=case.evidence,
        policy=policy,
        release=case.release,
        trust=case.trust,
        keys=case.keys,
        now=case.now,
        limits=case.limits,
        version=case.version,
    )


def _judgement(request: Request, others: _Others | None, *, recording: bool) -> Judgement:
    memory = Memory()
    opinions: tuple[Opinion, ...] = ()
    if others is not None:
        opinions = opinions_on(request, questions_of(request, memory), others)
        request = msgspec.structs.replace(request, opinions=opinions)
    verdict = judge(request, memory)
    product = request.policy.product
    report = render_report(verdict)
    return Judgement(
        report=report,
        outcome=verdict.outcome.value,
        level=verdict.level,
        product=f"{product.vendor}/{product.name}" if product is not None else None,
        opinions=[opinion_tree(opinion) for opinion in opinions],
        record=hashlib.sha256(write_record(request, report)).hexdigest() if recording else "",
        releases=tuple(map(write_release, releases_of(request, memory))) if verdict.outcome is Outcome.PASSED else (),
    )
