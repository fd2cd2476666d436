"""Does a verdict follow from its own checks, under this policy? For whoever signs what somebody else judged.

    results      each comes to what its reason says; the outcome is theirs, combined
    policy       it is the one that the verdict names, and every requirement shows the checks that it asks for
    trust        every root that the policy names was used, and is as recent as it asks
    tracks       none holds without the requirements it stands on; the level is theirs

Nothing here sees evidence. A verdict that passes may still be an invention from end to end: it is no more than one that
`verifier.engine` could have come to. What it cannot be is PASSED with a check left out, or with more than the policy
grants.

Spec: countersign design, sections 3, 4 and 8 (the signer)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

from attestations.faults import Fault

from .checks.debian import ASKED
from .checks.level import check_level
from .checks.manifest import FIELDS
from .checks.statements import CHECKS
from .checks.subject import identifying
from .faults import CheckFault, VerdictFault
from .levels import BUILD, NOT_ASSESSED, SIGNED, level_of
from .outcome import Outcome, combine
from .policy.expected import about_release, leaves_open
from .policy.model import (
    DebianRequirement,
    LayoutRequirement,
    LevelRequirement,
    ManifestRequirement,
    Policy,
    ProvenanceRequirement,
    Requirement,
    SbomRequirement,
    SignedRequirement,
    SignerRequirement,
    VerdictRequirement,
)
from .policy.plain import digest
from .reasons import REASONS, outcome_of
from .tracks import COMPLETE
from .trust import check_age
from .verdict import CheckResult, Verdict


def check_sound(verdict: Verdict, policy: Policy, release: str | None) -> None:
    """`verdict` is one that judging under `policy` about `release` can come to, as far as its checks tell.

    Raises:
        VerdictFault: ``verdict.unsound``.
    """
    _check_results(verdict)
    _check_policy(verdict, policy)
    try:
        asked = about_release(policy, release)
    except Fault as fault:
        if verdict.outcome is Outcome.PASSED or any(track.held for track in verdict.tracks):
            _unsound(f"it says that the policy was met, which cannot be asked: {fault.detail}")
        return
    if verdict.outcome is Outcome.PASSED:
        if not identifying(verdict.artifact.digests):
            _unsound("it passes an artifact that no digest identifies")
        _check_trust(verdict, asked)
        for number, requirement in enumerate(asked.requirements):
            _check_requirement(verdict, asked, number, requirement)
    _check_tracks(verdict, asked)


def _unsound(detail: str, *, expected: str | None = None, actual: str | None = None) -> NoReturn:
    raise VerdictFault("verdict.unsound", detail, expected=expected, actual=actual)


def _check_results(verdict: Verdict) -> None:
    """Every result is what its reason comes to, and the verdict what the results come to."""
    for result in verdict.results:
        row = REASONS.get(result.reason)
        if result.finding and (row is None or row.kind != "finding" or result.outcome is not Outcome.PASSED):
            _unsound(f"the finding {result.check!r} would change the outcome", actual=result.reason)
        if not result.finding and result.outcome is not (outcome_of(result.reason) if row else Outcome.PASSED):
            _unsound(f"the check {result.check!r} comes to something else than its reason", actual=result.reason)
        if not result.finding and row is not None and row.kind == "finding":
            _unsound(f"the check {result.check!r} has the reason of a finding", actual=result.reason)
    combined = combine(result.outcome for result in verdict.results if not result.finding)
    unmet = combined is Outcome.PASSED and verdict.outcome is Outcome.INCOMPLETE
    if verdict.outcome is not combined and not unmet:
        _unsound("the outcome does not follow from the checks", expected=combined.value, actual=verdict.outcome.value)
    if verdict.not_assessed != NOT_ASSESSED:
        _unsound("it does not say what was not assessed", expected=", ".join(NOT_ASSESSED))


def _check_policy(verdict: Verdict, policy: Policy) -> None:
    stated = verdict.policy
    if (stated.id, stated.version, stated.digest) != (policy.id, policy.version, digest(policy)):
        _unsound(
            "it was judged under another policy than it names",
            expected=f"{policy.id} version {policy.version}, {digest(policy)}",
            actual=f"{stated.id} version {stated.version}, {stated.digest}",
        )
    beyond = [result for result in verdict.results if not 0 <= (result.requirement or 0) < len(policy.requirements)]
    if beyond:
        _unsound("a check is of a requirement that the policy does not have", actual=str(beyond[0].requirement))


def _check_trust(verdict: Verdict, policy: Policy) -> None:
    """Every root of the policy's is among the files that were used, and young enough."""
    for name in policy.trust.roots:
        by_digest = name.startswith("sha256:")
        used = [each for each in verdict.trust if name == (str(each.digest) if by_digest else each.name)]
        if not used:
            _unsound("a trust root that the policy names was not used", expected=name)
        checked = [result for result in verdict.results if result.check in ("trust", "trust.age")]
        if not any(result.actual == used[0].name and result.outcome is Outcome.PASSED for result in checked):
            _unsound("nothing says that a trust root of the policy's could be used", expected=name)
        if policy.trust.max_age is not None:
            try:
                check_age(used[0], now=verdict.now, max_age=policy.trust.max_age)
            except Fault as fault:
                _unsound(f"a trust root is older than the policy allows: {fault.detail}", expected=name)
    if policy.trust.engines > 1 and not _held(verdict.results, "engines"):
        _unsound("the policy asks for a second engine, and none is said to agree", expected="engines")


def _held(results: Iterable[CheckResult], check: str) -> bool:
    """Whether `check` is there and passed. (What did not pass would have changed the outcome.)"""
    return any(each.check == check and each.outcome is Outcome.PASSED and not each.reason for each in results)


def _check_requirement(verdict: Verdict, policy: Policy, number: int, requirement: Requirement) -> None:
    """The requirement shows every check that it must have made, and speakers enough of those whom it names."""
    results = [result for result in verdict.results if result.requirement == number and not result.finding]
    for check in checks_of(requirement):
        if not _held(results, check):
            _unsound(f"requirement {number} asks for a check that is not there", expected=check)
    if isinstance(requirement, LevelRequirement):
        try:
            check_level(requirement, verdict.tracks)
        except CheckFault as fault:
            _unsound(f"requirement {number}: {fault.detail}", expected=fault.expected, actual=fault.actual)
    else:
        _check_speakers(policy, number, requirement, results)


def checks_of(requirement: Requirement) -> Iterator[str]:
    """The names of the checks without which `requirement` is never met."""
    if isinstance(requirement, LevelRequirement):
        yield "level"
        return
    yield from ("signer", "threshold")
    if isinstance(requirement, SignedRequirement | ProvenanceRequirement):
        yield "subject"
        yield from _checks_of_statement(requirement)
    elif isinstance(requirement, LayoutRequirement):
        yield "layout.product"
    elif isinstance(requirement, ManifestRequirement):
        yield "manifest"
        asked = {"subject": "manifest.name", "package": "manifest.package", **FIELDS}
        yield from (check for name, check in asked.items() if getattr(requirement, name) is not None)
        yield from (name for name, asks in _flags(requirement) if asks)
    elif isinstance(requirement, DebianRequirement):
        yield from ("debian.index", "debian.package", "debian.header", "debian.date")
        yield from (check for name, check in ASKED.items() if getattr(requirement, name) is not None)
        yield from ("debian.current",) if requirement.current else ()
    elif isinstance(requirement, VerdictRequirement):
        yield from ("verdict", "verdict.resource", "verdict.result", "verdict.levels", "verdict.age")
        if requirement.policy_digest is not None:
            yield "verdict.policy"
    else:
        yield "sbom"
        yield from (f"sbom.{name}" for name in ("format", "name", "version") if getattr(requirement, name) is not None)
        yield from (name for name, asks in _flags(requirement) if asks)


def _checks_of_statement(requirement: SignedRequirement | ProvenanceRequirement) -> Iterator[str]:
    for check in CHECKS:
        if check.field is None:
            if isinstance(requirement, ProvenanceRequirement):
                yield check.name
        elif getattr(requirement, check.field, None) is not None:
            yield check.name


def _flags(requirement: ManifestRequirement | SbomRequirement) -> tuple[tuple[str, bool], ...]:
    if isinstance(requirement, ManifestRequirement):
        return (
            ("manifest.facts", any(fact != "header" for fact in requirement.match)),
            ("manifest.header", "header" in requirement.match),
            ("manifest.expires", requirement.expires),
            ("manifest.current", bool(requirement.current)),
        )
    return (("sbom.digest", requirement.digest), ("sbom.schema", requirement.schema))


def _check_speakers(policy: Policy, number: int, requirement: SignerRequirement, results: list[CheckResult]) -> None:
    """Those who are said to have spoken are groups of the requirement's signers, and enough."""
    if len(_speakers(policy, requirement, results)) < requirement.threshold:
        _unsound(
            f"requirement {number} is not met by as many of those whom it names",
            expected=f"{requirement.threshold} of {', '.join(sorted(_groups(policy, requirement)))}",
            actual=", ".join(each.actual or "" for each in results if each.check == "threshold"),
        )


def _groups(policy: Policy, requirement: SignerRequirement) -> set[str]:
    return {policy.signer(name).group for name in requirement.signers}


def _speakers(policy: Policy, requirement: SignerRequirement, results: Iterable[CheckResult]) -> set[str]:
    """The groups that the requirement's threshold counted; nobody where one is none of those whom it names."""
    (text,) = [each.actual or "" for each in results if each.check == "threshold"][:1] or [""]
    spoken = set()
    for group in sorted(_groups(policy, requirement)):
        if text == group or text.startswith(f"{group}, "):
            spoken.add(group)
            text = text[len(group) :].removeprefix(", ")
    return set() if text else spoken


def _check_tracks(verdict: Verdict, policy: Policy) -> None:
    """A track that holds stands on a requirement that is met and that can carry it; the level follows."""
    held = [track.track for track in verdict.tracks if track.held]
    if held and any(result.outcome in (Outcome.FAILED, Outcome.ERROR) for result in verdict.results):
        _unsound("a track holds beside what was refuted or not decided", actual=", ".join(held))
    for track in held:
        if not any(_carries(track, policy, verdict, number) for number in range(len(policy.requirements))):
            _unsound("a track holds that no requirement of the policy carries", actual=track)
    if verdict.level != level_of(held):
        _unsound("the level is not the one that the tracks add up to", expected=level_of(held), actual=verdict.level)


def _carries(track: str, policy: Policy, verdict: Verdict, number: int) -> bool:
    requirement = policy.requirements[number]
    results = [result for result in verdict.results if result.requirement == number and not result.finding]
    if isinstance(requirement, LevelRequirement) or not all(_held(results, check) for check in checks_of(requirement)):
        return False
    if track == SIGNED:
        vendor = policy.product.vendor if policy.product is not None else None
        # An SBOM says what is in an artifact and never that it is released; a verdict is not the vendor's.
        return not isinstance(requirement, SbomRequirement | VerdictRequirement) and (
            vendor is None or vendor in _speakers(policy, requirement, results)
        )
    if not isinstance(requirement, ProvenanceRequirement):
        return False
    if track == BUILD:
        return not any(leaves_open(getattr(requirement, name)) for name in COMPLETE)
    return track == f"SLSA_BUILD_LEVEL_{requirement.slsa_build_level}"
