"""A layout held against the metadata that was given: every step, every rule, every inspection, each with its answer.

    1. Validity      not expired, its rules spelled as they can be met, its parameters filled in
    2. Links         for each step, those that speak for it (`steps`); a sublayout is evaluated, and comes to a link
    3. Rules         of each step over the links
    4. Inspections   never run (T70): what they would have shown stays missing
    5. Summary       what went into the first step, and what came out of the last

A pure function of its arguments. Whoever signed the layout was asked before; what it says is not believed of anybody
but its functionaries.

Spec: in-toto specification, section 5.2 (verifying the final product)
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.digests import Digest
from attestations.faults import Fault, LimitFault
from attestations.layouts.link import Link
from attestations.layouts.parts import Layout, Step
from attestations.layouts.rules import Kind
from attestations.limits import Limits
from attestations.strict_json import shown

from ..checks.check import Met
from ..faults import CheckFault, SignatureFault, TimeFault
from .accounts import Account
from .answers import Chain, Line, answered
from .attested import attested_account
from .functionaries import Functionary, functionaries, verify_by
from .metadata import content_of, read_metadata, signed_bytes
from .parameters import Parameters, filled
from .rules import Budget, check_chain, check_rules
from .steps import (
    Signed,
    Told,
    check_agreement,
    check_delegable,
    check_not_renamed,
    check_threshold,
    is_for,
    signers_for,
)
from .terms import check_terms, check_valid, not_run


class Court(Struct, frozen=True):
    """What all layouts of one request are held against, and the budget that they spend."""

    pool: tuple[Evidence, ...]
    groups: Mapping[Digest, str]
    parameters: Parameters
    now: datetime.datetime
    limits: Limits
    budget: Budget


def evaluate(layout: Layout, own: Evidence, court: Court) -> Chain:
    """Every answer about `layout`, which stands in `own`. Raises nothing: faults are answers."""
    return _evaluate(layout, (own,), court)


def _evaluate(layout: Layout, above: tuple[Evidence, ...], court: Court) -> Chain:
    """`above` are the layouts that led here, this one last: none of them is its own part."""
    validity = answered("layout", lambda: check_valid(layout, court.now), above[-1])
    try:
        court.budget.count_layout()
        layout = filled(layout, court.parameters)
        check_terms(layout)
        accounts = tell(layout, above, court)
    except Fault as fault:
        return Chain((validity, Line("layout", fault, above[-1])), None, ())
    links = {account.step.name: account.link for account in accounts if account.link is not None}
    lines = [validity, *(line for account in accounts for line in account.lines)]
    lines += [line for account in accounts if account.link is not None for line in _rules(account, links, court)]
    lines += [Line("layout.inspection", not_run(inspection)) for inspection in layout.inspections]
    return Chain(
        lines=tuple(lines),
        summary=_summary(accounts),
        used=tuple(dict.fromkeys(item for account in accounts for item in account.used)),
        remarks=tuple(remark for account in accounts for remark in account.remarks),
    )


def tell(layout: Layout, above: tuple[Evidence, ...], court: Court) -> tuple[Account, ...]:
    """What became of each step of `layout`; `above` are the layouts that led to it, itself among them.

    Raises:
        LimitFault: ``limit.layout_keys``, ``limit.layout_signatures``.
    """
    court.limits.check("layout_keys", sum(len(key.keys) for key in layout.keys))
    known = functionaries(layout.keys, court.groups)
    pool = tuple(_signed(known, above, court))
    return tuple(
        attested_account(step, layout.steps, known, pool, court.limits)
        if step.predicates
        else _account(step, layout, known, pool, above, court)
        for step in layout.steps
    )


def _signed(known: Mapping[str, Functionary], above: tuple[Evidence, ...], court: Court) -> Iterator[Signed]:
    """The metadata that any functionary signed, read only now."""
    leading_here = {signed_bytes(layout) for layout in above}
    for evidence in court.pool:
        content = content_of(evidence)
        if content is None or signed_bytes(evidence) in leading_here:
            continue
        signers = []
        court.budget.count_signatures(len(content.signatures) * sum(len(one.keys) for one in known.values()))
        for functionary in known.values():
            try:
                verify_by(content, functionary, court.now)
            except (SignatureFault, TimeFault):
                continue
            signers.append(functionary)
        if signers:
            yield Signed(evidence, tuple(signers), _says(evidence, court.limits))


def _says(evidence: Evidence, limits: Limits) -> Link | Layout | Fault | None:
    try:
        return read_metadata(evidence, limits)
    except Fault as fault:
        return fault


def _account(
    step: Step,
    layout: Layout,
    known: Mapping[str, Functionary],
    pool: tuple[Signed, ...],
    above: tuple[Evidence, ...],
    court: Court,
) -> Account:
    told: list[Told] = []
    lines: list[Line] = []
    used: list[Evidence] = []
    for signed in pool:
        if not is_for(step, signed):
            continue
        used.append(signed.evidence)
        link, answers, below = _link(step, layout, signed, above, court)
        lines += answers
        used += below
        if any(isinstance(line.result, LimitFault) for line in answers):
            break
        if link is not None:
            told.append(Told(link, frozenset(one.party for one in signers_for(step, signed)), signed.evidence))
    enough = answered("layout.step", lambda: check_threshold(step, told, known))
    if isinstance(enough.result, Fault):
        renamed = answered("layout.step", lambda: _renamed(step, pool))
        said = any(isinstance(line.result, Fault) for line in lines)
        lines += [renamed] if isinstance(renamed.result, Fault) else [] if said else [enough]
        return Account(step, tuple(lines), used=tuple(used))
    agreed = answered("layout.step", lambda: _agreed(step, told, enough.result))
    link = told[0].link if isinstance(agreed.result, Met) else None
    return Account(
        step=step,
        lines=(*lines, agreed),
        link=link,
        used=tuple(used),
        remarks=tuple(_remarks(step, told)),
        claims=(link,) if link is not None else (),
        left=link.products if link is not None else {},
    )


def _renamed(step: Step, pool: tuple[Signed, ...]) -> Met:
    check_not_renamed(step, pool)
    return Met("no link was renamed")


def _agreed(step: Step, told: list[Told], enough: Met | Fault) -> Met:
    assert isinstance(enough, Met)
    check_agreement(step, told)
    return enough


def _link(
    step: Step, layout: Layout, signed: Signed, above: tuple[Evidence, ...], court: Court
) -> tuple[Link | None, tuple[Line, ...], tuple[Evidence, ...]]:
    """The link that `signed` tells of `step`, the answers on the way, and what further evidence they rest on."""
    says = signed.says
    if isinstance(says, Link):
        return says, (), ()
    if not isinstance(says, Layout):
        assert says is not None
        return None, (Line("layout.step", says, signed.evidence),), ()
    try:
        check_delegable(step, layout.steps, signed)
    except CheckFault as fault:
        return None, (Line("layout.step", fault, signed.evidence),), ()
    chain = _evaluate(says, (*above, signed.evidence), court)
    return chain.summary if chain.holds else None, chain.lines, chain.used


def _rules(account: Account, links: Mapping[str, Link], court: Court) -> Iterator[Line]:
    """Each claim about a step is held against its rules; together they must tie it to the steps it should follow."""
    step = account.step
    tied: set[str] = set()
    faults = []
    for claim, kind in itertools.product(account.claims, _KINDS):
        try:
            tied |= check_rules(step, kind, {**links, step.name: claim}, court.budget)
        except Fault as fault:
            faults.append(Line("layout.rules", fault))
    if not faults:
        try:
            check_chain(step, frozenset(tied))
        except CheckFault as fault:
            faults.append(Line("layout.rules", fault))
    obeyed = f"{len(step.materials) + len(step.products)} of {step.name}"
    yield from faults or (Line("layout.rules", Met(f"{shown(step.name)} obeys its rules", actual=obeyed)),)


_KINDS: tuple[Kind, ...] = ("materials", "products")


def _remarks(step: Step, told: list[Told]) -> Iterator[Line]:
    for one in told:
        if step.command and one.link.command != step.command:
            fault = CheckFault(
                "layout.command",
                f"{shown(step.name)} was done with another command than the layout expects",
                expected=shown(" ".join(step.command)),
                actual=shown(" ".join(one.link.command)),
            )
            yield Line("layout.command", fault, one.evidence)


def _summary(accounts: tuple[Account, ...]) -> Link | None:
    """What went into the first step and came out of the last; None where any step is not told."""
    links = [account.link for account in accounts if account.link is not None]
    if len(links) != len(accounts):
        return None
    return Link("", links[0].materials, accounts[-1].left, links[-1].command)
