"""What changed between two reports: outcome, tracks, checks, policy, trust; and what did not.

Reports are lists as their checks came. Compared are maps: a check by its requirement, its name and its number among
those of one name, so that a check more or less moves nothing else.

Nothing here says that a report is anybody's: it is compared as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import rfc8785

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.strict_json import Node, loads

from .faults import VerdictFault
from .policy.diff import Change, changes

_TYPE_END = "/report/v1"


def read_report(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Node:
    """The statement of a report.

    Raises:
        VerdictFault: ``verdict.unknown``.
        FormatFault: ``json.*``, ``limit.depth``.
    """
    limits.check("record", len(data), Place(source))
    report = Node(loads(data, source=source, limits=limits), source)
    kind = report.value.get("predicateType") if isinstance(report.value, dict) else None
    if not isinstance(kind, str) or not kind.endswith(_TYPE_END):
        raise VerdictFault(
            "verdict.unknown", "not a report", place=report.place, expected=f"predicateType …{_TYPE_END}"
        )
    if _canonical(report.value) != data:
        raise VerdictFault("verdict.unknown", "a report that is not in canonical JSON", place=report.place)
    return report


def _canonical(value: Any) -> bytes | None:
    """The one form that a report has; None for what has none, as a number beyond 2^53."""
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        return None


def diff_reports(old: Node, new: Node) -> tuple[Change, ...]:
    """Every value that differs; none where the two say the same.

    Raises:
        FormatFault: ``json.*``, where one is no report inside.
    """
    return tuple(changes(_comparable(old), _comparable(new)))


def _comparable(report: Node) -> dict[str, Any]:
    predicate = report.field("predicate")
    tree = {name: node.value for name, node in predicate.members()}
    tree["subject"] = report.field("subject").value
    tree["tracks"] = {item.field("track").text(): item.value for item in predicate.field("tracks").items()}
    tree["trust"] = {item.field("name").text(): item.value for item in predicate.field("trust").items()}
    tree["checks"] = dict(_checks(predicate.field("checks")))
    return tree


def _checks(checks: Node) -> Iterator[tuple[str, Any]]:
    """Each check as a line: what it came to, why, and what was compared. Where it was seen is left out."""
    counts: dict[str, int] = {}
    for item in checks.items():
        requirement = item.get("requirement")
        name = item.field("check").text()
        if requirement is not None:
            name = f"require[{requirement.integer()}] {name}"
        counts[name] = counts.get(name, 0) + 1
        yield (name if counts[name] == 1 else f"{name} ({counts[name]})"), _line(item)


def _line(item: Node) -> str:
    words = [item.field("outcome").text(), _text(item, "reason"), _text(item, "detail")]
    compared = [f"{name} {_text(item, name)}" for name in ("expected", "actual") if _text(item, name)]
    return "; ".join(filter(None, (" ".join(filter(None, words)), *compared)))


def _text(item: Node, name: str) -> str:
    value = item.get(name)
    return value.text() if value is not None else ""
