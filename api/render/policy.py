"""What is said about policies: that one is sound and what it leaves open, or what differs between two."""

from __future__ import annotations

from collections.abc import Sequence

from attestations.digests import Digest
from verifier.policy.diff import Change
from verifier.policy.lint import Finding

from .layout import MARGIN, Look, hang, headline, row
from .words import digest_words


def soundness(name: str, digest: Digest, findings: Sequence[Finding], look: Look) -> str:
    """A policy that is sound, and what it leaves open."""
    lines = [*headline(look.paint("SOUND", "green"), 5, look.clean(name), digest_words(digest, look.ellipsis), look)]
    if not findings:
        lines += row("", "nothing is left open", look)
    for finding in findings:
        lines += row("open", finding.reason, look, colour="yellow")
        lines += row("", look.clean(finding.detail), look)
        lines += row("", look.clean(f"at {name}#{finding.place.pointer or ''}".removesuffix("#")), look)
    if findings:
        lines += row("next", f"Close what was not meant. More: countersign explain {findings[0].reason}", look)
    return "\n".join(lines) + "\n"


def difference(names: tuple[str, str], digests: tuple[Digest, Digest], changes: Sequence[Change], look: Look) -> str:
    """Two policies, and each key in which they differ: what it was, and what it is."""
    word, colour = ("DIFFERENT", "yellow") if changes else ("SAME", "green")
    facts = [
        f"{look.clean(name)}  {digest_words(digest, look.ellipsis)}"
        for name, digest in zip(names, digests, strict=True)
    ]
    lines = [
        f"{look.paint(word, colour)}  {facts[0]}",
        *hang(" " * (len(word) + 2), len(word) + 2, facts[1], look.width),
    ]
    for change in changes:
        lines += hang(MARGIN, len(MARGIN), look.clean(change.pointer), look.width)
        for sign, value in (("-", change.before), ("+", change.after)):
            if value is not None:
                lines += hang(f"{MARGIN}{sign} ", len(MARGIN) + 2, look.clean(value), look.width)
    return "\n".join(lines) + "\n"
