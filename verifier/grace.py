"""When a gate could wait no longer for another's verdict: data that is authentic and in sequence, for a while.

    reasons     nothing speaks against a file but a verdict that is absent, or too old
    authentic   the vendor's manifest lists it, and the set follows from what was accepted
    data        by the client's own settings, under every name that a manifest gives it; what is unknown is code

For how long is measured on the greatest time that enough witnesses have cosigned, since a client's own clock can be set
back. There is no such log yet: grace is *not assessed*, and what it could excuse is held.

Spec: countersign design, section 7 (Gate); decision 0126
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from msgspec import Struct

from .layout.patterns import PathPattern, compile_path_pattern
from .manifests import Manifest, Published
from .outcome import Outcome
from .updates.advance import Step
from .verdict import Verdict

EXCUSABLE = frozenset(("verdict.absent", "verdict.expired"))
"""What grace may excuse. A log that is stale will be a third, once there is one."""

NOT_ASSESSED = "not assessed: it is measured on times that a log's witnesses cosigned, and there is no log yet"


class Content(Enum):
    """What a file is to whoever installs it."""

    CODE = "code"
    DATA = "data"


class ContentRule(Struct, frozen=True):
    """The names by which a client's settings say that a file is data."""

    patterns: tuple[PathPattern, ...] = ()

    def class_of(self, names: Iterable[str]) -> Content:
        """The class of a file that is listed under these names: data where all of them are."""
        listed = tuple(names)
        data = bool(listed) and all(any(each.matches(name) for each in self.patterns) for name in listed)
        return Content.DATA if data else Content.CODE


def content_rule(patterns: Iterable[str]) -> ContentRule:
    """The names that match any of `patterns`, of the dialect of `.layout.patterns`.

    Raises:
        FormatFault: ``layout.pattern``.
    """
    return ContentRule(tuple(map(compile_path_pattern, patterns)))


def names_of(verdict: Verdict, published: Iterable[Published]) -> tuple[str, ...]:
    """The names under which the vendor's manifests list the file; a path on a disk is nobody's word."""
    sha256 = verdict.artifact.digests.get("sha256")
    manifests = (each.says for each in published if isinstance(each.says, Manifest))
    files = (file.subject for manifest in manifests for file in manifest.files)
    return tuple(file.name for file in files if sha256 is not None and file.digests.get("sha256") == sha256)


def why_no_grace(files: Sequence[tuple[Verdict, Sequence[str]]], step: Step | None, rule: ContentRule) -> str | None:
    """Why a set that is held gets no grace, for people; None where grace is no question at all.

    Each file stands with the names under which manifests list it; `step` is where the set leads.
    """
    reasons = {each.reason for verdict, _ in files for each in verdict.results if _stands(each.outcome, each.finding)}
    if not reasons & EXCUSABLE or any(verdict.outcome is Outcome.FAILED for verdict, _ in files):
        return None
    if others := sorted(reasons - EXCUSABLE):
        return f"none: more speaks against it than a verdict that is missing: {', '.join(others)}"
    if step is None or step.state is None or not all(names for _, names in files):
        return "none: it is not known to be the vendor's, and in sequence"
    for verdict, names in files:
        if rule.class_of(names) is Content.CODE:
            return f"none: {verdict.artifact.name} is code, as all is that [content] in the settings does not call data"
    return NOT_ASSESSED


def _stands(outcome: Outcome, finding: bool) -> bool:
    return not finding and outcome is not Outcome.PASSED
