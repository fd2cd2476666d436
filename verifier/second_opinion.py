"""A second engine's answers held against ours: what to ask, and what it comes to.

    ours accepts, another refuses or breaks          engines.disagree, ERROR
    ours refuses, another accepts                    engines.differ, a finding: it stays refused
    another cannot read it, or errs as is known      one engine, and a policy may ask for two

Evidence that no met requirement rests on is asked about for the record, and stops nothing: else anybody could veto a
good release with a stray file.

Spec: countersign design, section 5 (Second opinion)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet

from .authenticated import Authenticated, Signer
from .checks.check import Met
from .checks.signers import signer_name
from .faults import OpinionFault
from .gather import Refused
from .opinions import ANYBODY, Opinion
from .results import Source, finding, passed, refused
from .verdict import CheckResult

MAX_ASKED = 64
"""The most questions of one verdict: what remains unasked has one engine."""

CLAUSE = "countersign design, section 5"


class Question(Struct, frozen=True):
    """Is the evidence at `pointer` of the file `source` (whose SHA-256 is `evidence`) authentic for `signer`?

    `covered` are digests of what a signature without a statement is over. `signer` is None to ask for anybody.
    """

    evidence: Digest
    source: str
    pointer: str
    signer: Signer | None
    covered: DigestSet

    @property
    def about(self) -> str:
        return signer_name(self.signer) if self.signer is not None else ANYBODY


def questions(used: Iterable[Authenticated], others: Iterable[Refused], artifact: DigestSet) -> tuple[Question, ...]:
    """What to ask: of all that a verdict rests on, and then of what we refused."""
    about_used = [
        _question(item.evidence, signer, item.artifact or artifact) for item in used for signer in item.signers
    ]
    about_others = [_question(item.evidence, None, artifact) for item in others if item.evidence is not None]
    return tuple(about_used + about_others)[:MAX_ASKED]


def _question(evidence: Evidence, signer: Signer | None, covered: DigestSet) -> Question:
    return Question(evidence.digest, evidence.source, evidence.pointer, signer, covered)


def compare(
    used: Iterable[Authenticated], others: Iterable[Refused], opinions: tuple[Opinion, ...], wanted: int
) -> Iterator[CheckResult]:
    """What the opinions come to. `used` is the evidence of met requirements, `wanted` how many engines must agree."""
    if not opinions and wanted < 2:
        return
    counts: list[int] = []
    dissent: list[CheckResult] = []
    for item in used:
        for name in map(signer_name, item.signers):
            held = [opinion for opinion in opinions if opinion.is_about(item.evidence, name)]
            dissent += [_disagreement(opinion, item) for opinion in held if opinion.dissents]
            counts.append(1 + len({opinion.engine for opinion in held if opinion.answer == "accepts"}))
    yield from dissent
    if counts and not dissent:
        yield _counted(min(counts), wanted)
    for other in others:
        held = [item for item in opinions if other.evidence is not None and item.is_about(other.evidence, ANYBODY)]
        for opinion in (opinion for opinion in held if opinion.answer == "accepts"):
            detail = f"{opinion.engine} finds it authentic; here it stays refused [{other.fault.reason}]"
            yield finding("engines.differ", detail, actual=f"{opinion.engine} {opinion.version}", source=other.source)


def _disagreement(opinion: Opinion, item: Authenticated) -> CheckResult:
    fault = OpinionFault(
        "engines.disagree",
        f"{opinion.engine} {opinion.version} {_DISSENT[opinion.answer]}: {opinion.detail}",
        expected="authentic, as this engine finds it",
        actual=opinion.answer,
    )
    return refused("engines", fault, source=Source.of(item.evidence), clause=CLAUSE)


_DISSENT = {"refuses": "refuses it", "crashed": "did not come to an answer"}


def _counted(least: int, wanted: int) -> CheckResult:
    if least < wanted:
        detail = "not as many engines as the policy wants find the evidence authentic"
        fault = OpinionFault("engines.unmet", detail, expected=str(wanted), actual=str(least))
        return refused("engines", fault, clause=CLAUSE)
    many = f"{least} engines find the evidence authentic" if least > 1 else "one engine reads this evidence: our own"
    return passed("engines", Met(many, str(wanted), str(least)), clause=CLAUSE)
