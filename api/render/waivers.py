"""A waiver for people: what is let through, until when, for what, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.reasons import REASONS
from verifier.waivers import Waiver

from .visible import visible


def waiver_text(waiver: Waiver) -> str:
    """The waiver's lines. Who has signed is its last one, where anybody has."""
    return "".join(f"{name:<9}{visible(text)}\n" for name, text in _lines(waiver))


def _lines(waiver: Waiver) -> Iterator[tuple[str, str]]:
    yield "waiver", str(waiver.payload)
    yield "policy", str(waiver.policy)
    for artifact in waiver.artifacts:
        yield "file", str(artifact)
    for code in waiver.reasons:
        yield "excuses", f"{code}: {REASONS[code].title}"
    yield "holds", f"{waiver.start:%Y-%m-%d %H:%M:%S} to {waiver.end:%Y-%m-%d %H:%M:%S} UTC"
    yield "why", waiver.why
    if waiver.signers:
        yield "signed", ", ".join(waiver.signers)
