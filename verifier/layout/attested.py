"""Steps that are told by attestations: statements of the types that a layout expects, by whom it expects them.

A statement names no step. It is a step's by its type and its signer, and where two steps expect that type by that
signer nothing signed says whose it is: it counts for neither. A link names its step, and is that step's alone (T64).

    type                materials                        products
    link                its materials                    its subjects
    SLSA provenance     materials, resolvedDependencies  its subjects
    any other           its subjects                     none

What came out of a step is what its statements are about. Spec: ITE-10 and ITE-11, https://github.com/in-toto/ITE
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from attestations.bundles import Envelope
from attestations.digests import DigestSet
from attestations.faults import Fault, FormatFault, Place
from attestations.layouts.link import Artifacts, Link, check_artifacts, is_normal
from attestations.layouts.parts import ExpectedPredicate, Step
from attestations.limits import Limits
from attestations.predicates import PROVENANCE_TYPES
from attestations.predicates.link import PREDICATE_TYPE as LINK
from attestations.resources import parse_resource
from attestations.statements import Statement, parse_statement
from attestations.strict_json import Node, shown

from ..checks.check import Met
from ..faults import CheckFault
from .accounts import Account, merged
from .answers import Line, answered
from .attributes import check_attribute
from .functionaries import Functionary
from .metadata import link_of
from .steps import Signed, Told, check_threshold


class _Claim(Struct, frozen=True):
    """One statement that speaks for a step: what it says, its artifacts, and what it is about."""

    signed: Signed
    statement: Statement
    link: Link
    about: Artifacts


def attested_account(
    step: Step, steps: Sequence[Step], known: Mapping[str, Functionary], pool: Sequence[Signed], limits: Limits
) -> Account:
    """What the statements in `pool` tell of `step`. Raises nothing that they can do to us: faults are answers."""
    lines: list[Line] = []
    remarks: list[Line] = []
    claims: list[_Claim] = []
    for expected in step.predicates:
        found = tuple(_claims(step, steps, expected, pool, limits))
        own = [claim for claim in found if isinstance(claim, _Claim)]
        said = [line for claim in own for line in _attributes(expected, claim)]
        told = [Told(claim.link, _parties(expected, claim.signed), claim.signed.evidence) for claim in own]
        wanted = replace(step, keyids=expected.keyids, threshold=expected.threshold)
        broken = [line for line in found if isinstance(line, Line)]
        lines += broken
        lines += [line for line, warns in said if not warns or isinstance(line.result, Met)]
        # What is broken was there: that it is missing as well would say less.
        enough = answered("layout.step", partial(check_threshold, wanted, told, known))
        lines += [] if broken and isinstance(enough.result, Fault) else [enough]
        remarks += [_remark(line) for line, warns in said if warns and isinstance(line.result, Fault)]
        claims += own
    links = tuple(claim.link for claim in claims)
    link = merged(links)
    if link is None and claims:
        disagree = CheckFault("layout.links_disagree", f"two statements tell different stories of {shown(step.name)}")
        lines.append(Line("layout.step", disagree))
    refused = any(isinstance(line.result, Fault) for line in lines)
    return Account(
        step=step,
        lines=tuple(lines),
        link=None if refused else link,
        used=tuple(line.evidence for line in lines if line.evidence is not None)
        + tuple(claim.signed.evidence for claim in claims),
        remarks=tuple(remarks),
        claims=links,
        left={path: digests for claim in claims for path, digests in claim.about.items()},
    )


def _parties(expected: ExpectedPredicate, signed: Signed) -> frozenset[str]:
    return frozenset(one.party for one in signed.signers if one.keyid in expected.keyids)


def _claims(
    step: Step,
    steps: Sequence[Step],
    expected: ExpectedPredicate,
    pool: Sequence[Signed],
    limits: Limits,
) -> Iterator[_Claim | Line]:
    """The statements that are expected, and why those that speak for nothing do."""
    for signed in pool:
        content = signed.evidence.bundle.content
        if not _parties(expected, signed) or not isinstance(content, Envelope):
            continue
        try:
            statement = parse_statement(content.payload, source=signed.evidence.source, limits=limits)
            if statement.predicate_type != expected.type:
                continue
            link, about = _artifacts(statement, signed.evidence.source)
            if link.name not in ("", step.name):
                continue
            if not link.name:
                _check_unambiguous(step, steps, expected)
        except FormatFault as fault:
            if fault.reason != "statement.type":
                yield Line("layout.step", fault, signed.evidence)
        except CheckFault as fault:
            yield Line("layout.step", fault, signed.evidence)
        else:
            yield _Claim(signed, statement, replace(link, name=step.name), about)


def _check_unambiguous(step: Step, steps: Sequence[Step], expected: ExpectedPredicate) -> None:
    """No other step expects this type by the same people. Raises: CheckFault ``layout.step_ambiguous``."""
    others = [(other.name, predicate) for other in steps if other.name != step.name for predicate in other.predicates]
    for name, predicate in others:
        if predicate.type == expected.type and set(predicate.keyids) & set(expected.keyids):
            raise CheckFault(
                "layout.step_ambiguous",
                "two steps expect this type of statement by the same functionary",
                expected=step.name,
                actual=f"{step.name}, {name}",
            )


def _remark(line: Line) -> Line:
    fault = line.result
    assert isinstance(fault, Fault)
    warned = CheckFault("layout.attribute_warned", fault.detail, expected=fault.expected, actual=fault.actual)
    return replace(line, result=warned)


def _attributes(expected: ExpectedPredicate, claim: _Claim) -> Iterator[tuple[Line, bool]]:
    """An answer for each attribute, and whether the layout would only be warned of it."""
    for attribute in expected.attributes:
        work = partial(check_attribute, attribute, claim.statement)
        yield answered("layout.attributes", work, claim.signed.evidence), attribute.warns


def _artifacts(statement: Statement, source: str) -> tuple[Link, Artifacts]:
    """The artifacts that a statement tells of, its step's name where it has one, and what it is about.

    Raises:
        FormatFault: ``link.*``, ``resource.empty``, ``predicate.missing``, ``json.*``, ``digest.value``.
    """
    about = _named(((subject.name, subject.digests) for subject in statement.subjects), source)
    check_artifacts(about, Place(source, "/subject"))
    if statement.predicate_type == LINK:
        link = link_of(statement, source)
    elif statement.predicate_type in PROVENANCE_TYPES:
        link = Link("", _named(_dependencies(statement, source), source), about, ())
    else:
        link = Link("", about, {}, ())
    for path in link.materials:
        if not is_normal(path):
            place = Place(source, "/predicate")
            raise FormatFault("link.path", "a path that is not in its normal form", place=place, actual=shown(path))
    return link, about


def _dependencies(statement: Statement, source: str) -> Iterator[tuple[str, DigestSet]]:
    """What went into a build. A source is named by its commit, which no rule compares but with itself."""
    predicate: Node | None = Node(statement.predicate, source, "/predicate")
    name = "materials"
    if statement.predicate_type == "https://slsa.dev/provenance/v1":
        predicate = predicate.field("buildDefinition") if predicate is not None else None
        name = "resolvedDependencies"
    listed = predicate.given(name) if predicate is not None else None
    for item in listed.items() if listed is not None else ():
        resource = parse_resource(item)
        yield resource.name or resource.uri, resource.digests


def _named(named: Iterator[tuple[str, DigestSet]], source: str) -> Artifacts:
    """Digests by path; one path may stand twice where it says the same."""
    artifacts: dict[str, DigestSet] = {}
    for path, digests in named:
        if artifacts.setdefault(path, digests) != digests:
            raise FormatFault("link.path_twice", "one path twice", place=Place(source), actual=shown(path))
    return artifacts
