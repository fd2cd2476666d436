"""From a request to a verdict: every requirement of the policy over what authenticated, every reason kept.

    1. The policy about the release asked for; the artifact by a digest that identifies it
    2. Gather        trust, keys, and each piece of evidence authenticated once
    3. Requirements  over authenticated evidence alone
    4. Tracks        what the met requirements add up to; then the levels that the policy asks for
    5. Findings      what one should know and what changes no outcome
    6. Combine       written once, in `outcome`

Leaf functions raise typed faults; this file and `requirements` catch them, and nothing else does. What is no `Fault` is
a bug of ours and passes through: the outermost layer turns it into ERROR.

Spec: countersign design, sections 3 to 5
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS, Limits

from .authenticated import Authenticated
from .checks.check import Met
from .checks.level import CLAUSE as LEVEL
from .checks.level import check_level
from .checks.signers import signer_name
from .checks.subject import identifying
from .evaluation import Run
from .faults import CheckFault, PolicyFault
from .gather import Gathered, gather, sha256
from .levels import NOT_ASSESSED, level_of
from .manifests import Published
from .memory import Memory
from .outcome import Outcome, combine
from .policy.expected import about_release, speaks_of_release
from .policy.model import (
    DebianRequirement,
    LayoutRequirement,
    LevelRequirement,
    ManifestRequirement,
    Policy,
    SbomRequirement,
    SignerRequirement,
    VerdictRequirement,
)
from .policy.plain import digest, format_time
from .request import EvidenceFile, KeyFile, Request, TrustFile
from .results import Source, finding, passed, refused
from .second_opinion import Question, compare, questions
from .story import one_story
from .tracks import assess
from .verdict import CheckResult, PolicyReference, TrackResult, TrustReference, Verdict

if TYPE_CHECKING:
    from .updates.releases import Release


def judge(request: Request, memory: Memory | None = None) -> Verdict:
    """The verdict on `request.artifact`. Raises nothing that evidence, trust or policy can do to us.

    A `memory` that judgements share saves them reading and authenticating the same evidence again; it changes nothing.
    """
    try:
        policy, gathered, runs = _weigh(request, memory or Memory())
    except Fault as fault:
        return _verdict(request, (refused("request", fault),), (), unmet=True)
    held = [run for run in runs if run.met]
    opinions = compare(_used(held), gathered.refused, request.opinions, policy.trust.engines)
    facts = (*gathered.results, *_proofs(runs), *(result for run in runs for result in run.results), *opinions)
    tracks = _withheld(assess(policy, runs), facts)
    results = (*facts, *_levels(policy, tracks), *_findings(request, gathered, runs))
    return _verdict(request, results, tracks, unmet=not all(run.met for run in runs))


def questions_of(request: Request, memory: Memory | None = None) -> tuple[Question, ...]:
    """What to ask another engine, before `request` is judged with its opinions; nothing where there is no evidence."""
    try:
        _, gathered, runs = _weigh(request, memory or Memory())
    except Fault:
        return ()
    return questions(_used(runs), gathered.refused, request.artifact.digests)


def manifests_of(request: Request, memory: Memory | None = None) -> tuple[Published, ...]:
    """The manifests that must be current for `request` to pass, one for each file of evidence that holds one."""
    try:
        policy, gathered, _ = _weigh(request, memory or Memory())
    except Fault:
        return ()
    found: list[Published] = []
    for number, requirement in enumerate(policy.requirements):
        if isinstance(requirement, ManifestRequirement) and requirement.current:
            from .manifest_requirement import ManifestEvaluation

            found += ManifestEvaluation(number, requirement, policy, request, gathered).manifests()
        elif isinstance(requirement, DebianRequirement) and requirement.current:
            from .debian_requirement import DebianEvaluation

            found += DebianEvaluation(number, requirement, policy, request, gathered).manifests()
    return tuple({published.source: published for published in found}.values())


def releases_of(request: Request, memory: Memory | None = None) -> tuple[Release, ...]:
    """The releases of the manifests that `request` rests on, where its policy names the vendor and the product."""
    from .manifest_requirement import ManifestEvaluation
    from .updates.releases import names_stream, released

    wanted = [
        (number, requirement)
        for number, requirement in enumerate(request.policy.requirements)
        if isinstance(requirement, ManifestRequirement) and names_stream(requirement)
    ]
    if not wanted:
        return ()
    try:
        policy, gathered, _ = _weigh(request, memory or Memory())
    except Fault:
        return ()
    found: list[Published] = []
    for number, _ in wanted:
        requirement = policy.requirements[number]
        assert isinstance(requirement, ManifestRequirement)
        found += ManifestEvaluation(number, requirement, policy, request, gathered).manifests()
    return released(found)


Weighed = tuple[Policy, Gathered, tuple[Run, ...]]
"""The policy about the release, all that was gathered, and each requirement held against it."""


def _weigh(request: Request, memory: Memory) -> Weighed:
    """What `request` comes to: asked for its verdict, and then for what that rests on.

    Whoever has a state asks the second after the verdicts on all files of a set.

    Raises:
        Fault: whatever keeps the request from being judged at all.
    """
    return memory.weighed(request, lambda: _weighed(request, memory), keep=request.state is not None)


def _weighed(request: Request, memory: Memory) -> Weighed:
    if request.now.utcoffset() != datetime.timedelta(0):
        raise ValueError("now is aware, in UTC")
    policy = about_release(request.policy, request.release)
    if all(isinstance(requirement, LevelRequirement) for requirement in policy.requirements):
        raise PolicyFault("policy.empty", "the policy requires nothing of the evidence")
    if not identifying(request.artifact.digests):
        raise CheckFault("subject.artifact_undigested", "the artifact is given by no digest that identifies it")
    gathered = gather(request, policy, memory)
    runs = tuple(
        _run(number, requirement, policy, request, gathered)
        for number, requirement in enumerate(policy.requirements)
        if not isinstance(requirement, LevelRequirement)
    )
    return policy, gathered, runs


def _run(number: int, requirement: SignerRequirement, policy: Policy, request: Request, gathered: Gathered) -> Run:
    if isinstance(requirement, ManifestRequirement):
        from .manifest_requirement import ManifestEvaluation

        return ManifestEvaluation(number, requirement, policy, request, gathered).run()
    if isinstance(requirement, SbomRequirement):
        from .sbom_requirement import SbomEvaluation

        return SbomEvaluation(number, requirement, policy, request, gathered).run()
    if isinstance(requirement, DebianRequirement):
        from .debian_requirement import DebianEvaluation

        return DebianEvaluation(number, requirement, policy, request, gathered).run()
    if isinstance(requirement, VerdictRequirement):
        from .verdict_requirement import VerdictEvaluation

        return VerdictEvaluation(number, requirement, policy, request, gathered).run()
    if isinstance(requirement, LayoutRequirement):
        from .layout.requirement import LayoutEvaluation

        return LayoutEvaluation(number, requirement, policy, request, gathered).run()
    from .statement_requirement import StatementEvaluation

    return StatementEvaluation(number, requirement, policy, request, gathered).run()


def _withheld(tracks: tuple[TrackResult, ...], facts: tuple[CheckResult, ...]) -> tuple[TrackResult, ...]:
    """No track holds beside what was refuted or could not be decided: it would say more than the verdict does."""
    outcomes = {fact.outcome for fact in facts}
    for outcome, why in ((Outcome.FAILED, "something was refuted"), (Outcome.ERROR, "something could not be decided")):
        if outcome in outcomes:
            return tuple(TrackResult(track.track, False, why) for track in tracks)
    return tracks


def _proofs(runs: tuple[Run, ...]) -> Iterator[CheckResult]:
    """What authentication proved of each piece of evidence that a requirement rests on, once each."""
    for item in _used(runs):
        source = Source.of(item.evidence)
        for name in map(signer_name, item.signers):
            yield passed("signature", Met(f"signed by {name}", actual=name), source=source)
        for time in item.times:
            met = Met(f"existed at {format_time(time.at)}, says {time.authority}", actual=format_time(time.at))
            yield passed("time", met, source=source)
        for entry in item.entries:
            name = f"{entry.log}#{entry.index}"
            yield passed("log", Met(f"logged as {name}, proved by {entry.proved_by}", actual=name), source=source)


def _used(runs: Iterable[Run]) -> Iterable[Authenticated]:
    """The evidence that any requirement rests on, once each."""
    return {item.evidence: item for run in runs for item in run.used}.values()


def _levels(policy: Policy, tracks: tuple[TrackResult, ...]) -> Iterator[CheckResult]:
    for number, requirement in enumerate(policy.requirements):
        if isinstance(requirement, LevelRequirement):
            try:
                met = check_level(requirement, tracks)
            except CheckFault as fault:
                yield refused("level", fault, requirement=number, clause=LEVEL)
            else:
                yield passed("level", met, requirement=number, clause=LEVEL)


def _findings(request: Request, gathered: Gathered, runs: tuple[Run, ...]) -> Iterator[CheckResult]:
    if request.artifact.size is None:
        yield finding("bytes.not_seen", "only a digest was given: size, coverage and kind of content are not assessed")
    if request.release is not None and not speaks_of_release(request.policy):
        yield finding("release.unused", "the policy does not ask for a release", actual=request.release)
    yield from one_story(_used(runs))
    spoken = {item.source for run in runs for item in run.blamed} | {source for run in runs for source in run.heard}
    for item in (*gathered.refused, *gathered.unsigned):
        if item.source not in spoken:
            yield finding("evidence.set_aside", f"{item.fault.detail} [{item.fault.reason}]", source=item.source)
    for used in _used(runs):
        if used.weaker:
            yield finding("signature.weaker", ", ".join(used.weaker), source=Source.of(used.evidence))


def _verdict(
    request: Request, results: tuple[CheckResult, ...], tracks: tuple[TrackResult, ...], *, unmet: bool
) -> Verdict:
    """`unmet` says that a requirement is not met: whatever the results are, such a verdict never passes."""
    outcomes = [result.outcome for result in results if not result.finding]
    outcome = combine([*outcomes, Outcome.INCOMPLETE] if unmet else outcomes)
    policy = request.policy
    return Verdict(
        outcome=outcome,
        artifact=replace(request.artifact, declared=None),
        results=results,
        tracks=tracks,
        level=level_of([track.track for track in tracks if track.held]),
        policy=PolicyReference(policy.id, policy.version, digest(policy)),
        trust=tuple(TrustReference(file.name, sha256(file.content), file.dated) for file in request.trust),
        now=request.now,
        not_assessed=NOT_ASSESSED,
        raised_limits=raised(request.limits),
        version=request.version,
    )


def raised(limits: Limits) -> tuple[str, ...]:
    """The limits above their defaults, as ``name=value``: a verdict says under what it was reached."""
    return tuple(
        f"{name}={getattr(limits, name)}"
        for name in Limits.__struct_fields__
        if getattr(limits, name) > getattr(DEFAULT_LIMITS, name)
    )


__all__ = [
    "EvidenceFile",
    "KeyFile",
    "Request",
    "TrustFile",
    "judge",
    "manifests_of",
    "questions_of",
    "raised",
    "releases_of",
]
