"""Whether a report answers the request that was accepted, before anybody signs it.

A judge reads hostile evidence. One that evidence has taken over may say what it likes of the request that it was
given, which is its sender's own; it must not get a report signed about another artifact, policy, trust or moment, nor
one that says another outcome than the row that it is found by.

Only what is compared is read here. The signer reads the whole, and takes canonical JSON alone: no member stands there
twice, to be read in two ways.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from verifier.engine import raised
from verifier.policy.model import Policy
from verifier.updates.releases import Release, asks_for, read_release

from ...decoding import UNDECODABLE
from ...judges.faults import JudgeFault
from ...judges.judgements import Judgement
from .inputs import limits_of
from .terms import Terms


class _Artifact(Struct, frozen=True):
    name: str
    size: int | UnsetType = UNSET


class _Subject(Struct, frozen=True):
    name: str
    digest: dict[str, str]


class _Policy(Struct, frozen=True):
    digest: dict[str, str]


class _Trust(Struct, frozen=True):
    name: str
    digest: dict[str, str]
    dated: str | UnsetType = UNSET


class _Verifier(Struct, frozen=True):
    name: str
    version: str


class _Predicate(Struct, frozen=True, rename="camel"):
    verifier: _Verifier
    time: str
    artifact: _Artifact
    policy: _Policy
    trust: tuple[_Trust, ...]
    outcome: str
    level: str
    raised_limits: tuple[str, ...]


class _Report(Struct, frozen=True):
    subject: tuple[_Subject, ...]
    predicate: _Predicate


_REPORT = msgspec.json.Decoder(_Report)


def check_answers(judgement: Judgement, terms: Terms) -> None:
    """The judgement's report is about what `terms` say, and says what the judgement says.

    Raises:
        JudgeFault: ``judge.crashed``.
    """
    try:
        report = _REPORT.decode(judgement.report)
    except UNDECODABLE as error:
        raise JudgeFault("judge.crashed", f"the judge gave a report that is none: {error}") from None
    asked = _asked(terms, judgement)
    if report != asked:
        raise JudgeFault("judge.crashed", "the judge gave a report about something else than it was asked")


def releases_in(judgement: Judgement, terms: Terms, policy: Policy) -> tuple[Release, ...]:
    """The releases that the judgement rests on: each lists the artifact, and is one that the policy asks for.

    Raises:
        JudgeFault: ``judge.crashed``.
    """
    try:
        releases = tuple(map(read_release, judgement.releases))
    except (ValueError, RecursionError) as error:
        raise JudgeFault("judge.crashed", f"the judge gave a release that is none: {error}") from None
    for release in releases:
        if terms.artifact.digests["sha256"] not in release.files or not asks_for(policy, release):
            raise JudgeFault("judge.crashed", "the judge gave a release that the policy does not ask for")
    return releases


def _asked(terms: Terms, judgement: Judgement) -> _Report:
    artifact = terms.artifact
    predicate = _Predicate(
        verifier=_Verifier("countersign", terms.version),
        time=terms.now,
        artifact=_Artifact(artifact.name, artifact.size),
        policy=_Policy({"sha256": terms.policy.digest}),
        trust=tuple(_Trust(file.name, {"sha256": file.sha256}, file.dated) for file in terms.trust),
        outcome=judgement.outcome,
        level=judgement.level,
        raised_limits=tuple(raised(limits_of(terms))),
    )
    return _Report((_Subject(artifact.name, artifact.digests),), predicate)
