"""A layout by itself: whether it is still valid, whether its rules can mean something, and what it would have run.

Spec: in-toto specification, section 4.3
"""

from __future__ import annotations

import datetime

from attestations.faults import Fault
from attestations.layouts.parts import Inspection, Layout, Step
from attestations.layouts.rules import MatchRule
from attestations.strict_json import shown

from ..checks.check import Met
from ..faults import CheckFault, TimeFault
from ..policy.plain import format_time
from .rules import check_spelling


def check_valid(layout: Layout, now: datetime.datetime) -> Met:
    """The layout has not expired. Raises: TimeFault ``layout.expired``."""
    if layout.expires < now:
        until = f"until {format_time(layout.expires)}"
        raise TimeFault("layout.expired", "the layout has expired", expected=until, actual=format_time(now))
    return Met("the layout has not expired", actual=f"valid until {format_time(layout.expires)}")


def check_terms(layout: Layout) -> None:
    """Every rule can mean something, and every MATCH rule is about a step that there is.

    Raises:
        CheckFault: ``layout.rule``, ``layout.rule_path``.
        FormatFault: ``layout.pattern``.
    """
    steps = {step.name for step in layout.steps}
    items = (*layout.steps, *layout.inspections)
    for item in items:
        known = steps if isinstance(item, Step) else {other.name for other in items}
        for rule in (*item.materials, *item.products):
            check_spelling(rule)
            if isinstance(rule, MatchRule) and rule.step not in known:
                detail = f"a MATCH rule of {shown(item.name)} is about a step that is not there"
                raise CheckFault("layout.rule", detail, expected=", ".join(sorted(known)[:10]), actual=shown(rule.step))


def not_run(inspection: Inspection) -> Fault:
    """Why an inspection leaves its requirement missing: what it would have shown, nobody saw (T70)."""
    return CheckFault(
        "layout.inspection_not_run",
        f"the layout would have a command run; nothing out of evidence is ever run: {shown(inspection.name)}",
        expected=f"{inspection.name}: {shown(' '.join(inspection.command))}",
        actual="not run",
    )
