"""Reasons out of the table, for people: one at length, or all in a list."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.reasons import Reason

from .layout import Look, hang, row
from .text import COLOURS

KINDS = {
    "refuted": "this evidence does not support the claim",
    "misbehaviour": "a proof of misbehaviour, signed by the accused",
    "missing": "a requirement lacks evidence; nothing is proved wrong",
    "undecided": "we could not decide",
    "finding": "a warning that never changes an outcome",
}
"""What each kind of reason says about the artifact."""

_TITLE_AT = 30
"""The column at which a list shows titles."""


FINDING = "WARNING"
"""What stands in an outcome's place for a reason that changes none."""


def explanation(reason: Reason, look: Look) -> str:
    """One reason at length."""
    word = _word(reason)
    follows = KINDS[reason.kind] + ("" if word == FINDING else f" (exit code {reason.outcome.exit_code})")
    lines = [f"{look.paint(word, 'yellow' if word == FINDING else COLOURS[reason.outcome])}  {reason.code}"]
    lines += row("what", f"{reason.title}.", look)
    lines += row("so", follows, look)
    lines += row("do", reason.remedy, look)
    return "\n".join(lines) + "\n"


def listing(reasons: Iterable[Reason], look: Look) -> str:
    """Every reason in a line or two, in the order of the table."""
    lines: list[str] = []
    for reason in reasons:
        head = reason.code.ljust(_TITLE_AT - 1) + " "
        if len(head) > _TITLE_AT:
            lines.append(reason.code)
            head = " " * _TITLE_AT
        lines += hang(head, _TITLE_AT, f"{_word(reason)}: {reason.title}", look.width)
    return "\n".join(lines) + "\n"


def _word(reason: Reason) -> str:
    return FINDING if reason.kind == "finding" else reason.outcome.value
