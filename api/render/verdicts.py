"""What is said about verdicts that come from elsewhere: what one is worth, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attestations.digests import Digest
from verifier.policy.diff import Change
from verifier.reasons import REASONS
from verifier.verdict import CheckResult
from verifier.verdict_check import Checked

from .layout import Look, headline, row
from .policy import difference
from .text import COLOURS, LABELS


def checked(name: str, result: Checked, look: Look) -> str:
    """What a summary is worth to whoever asked, a row a step."""
    word = result.outcome.value
    facts = f"{result.summary.result.value} by {result.summary.verifier.value}" if result.summary is not None else ""
    lines = [*headline(look.paint(word, COLOURS[result.outcome]), len(word), look.clean(name), look.clean(facts), look)]
    label = "proved"
    for each in result.results:
        if not each.reason:
            lines += row(label, look.clean(each.detail), look, colour="green")
            label = ""
    for each in result.results:
        if each.reason:
            lines += _refusal(each, look)
    reasons = [each.reason for each in result.results if each.reason and not each.finding]
    if reasons:
        lines += row("next", f"{REASONS[reasons[0]].remedy} More: countersign explain {reasons[0]}", look)
    return "\n".join(lines) + "\n"


def _refusal(result: CheckResult, look: Look) -> Iterator[str]:
    label, colour = ("warning", "yellow") if result.finding else (LABELS[result.outcome], COLOURS[result.outcome])
    yield from row(label, f"{result.reason}   {look.clean(result.detail)}", look, colour=colour)
    for word, text in (("expected", result.expected), ("actual", result.actual)):
        if text is not None:
            yield from row("", f"{word.ljust(8)} {look.clean(text)}", look)


def compared(names: tuple[str, str], digests: tuple[Digest, Digest], changes: Sequence[Change], look: Look) -> str:
    """Two reports, and each value in which they differ; with the warning that nobody was asked whose they are."""
    warning = row("", "No signature was checked: countersign verdict check says whose a verdict is.", look)
    return difference(names, digests, changes, look) + "\n".join(warning) + "\n"


def signed(directory: str, files: Mapping[str, bytes], lacking: Sequence[str], look: Look) -> str:
    """What was signed and where it lies; and what could not be, and why."""
    lines = [*row("signed", f"{', '.join(files)} in {look.clean(directory)}", look)]
    for line in lacking:
        lines += row("no", look.clean(line), look, colour="yellow")
    return "\n".join(lines) + "\n"
