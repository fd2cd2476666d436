"""What `doctor` found, as text: one row each, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable

from .layout import Look, row

COLOURS = {"good": "green", "note": "yellow", "bad": "red"}


def doctor_text(findings: Iterable[tuple[str, str, str]], *, well: bool, look: Look) -> str:
    """Findings as (subject, state, detail)."""
    lines: list[str] = []
    for subject, state, detail in findings:
        lines += row(state, f"{look.clean(subject)}: {look.clean(detail)}", look, colour=COLOURS[state])
    end = "Nothing keeps this installation from judging." if well else "Do not rely on verdicts before this is mended."
    return "\n".join([*lines, "", end]) + "\n"
