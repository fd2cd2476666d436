"""What an outcome means and what it does not, in sentences for a reader who is no engineer.

One catalogue: the page of a verdict, the dossier and ``docs/meaning.md`` say the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from verifier.outcome import Outcome


class Meaning(Struct, frozen=True):
    """An outcome for people: a sign, so that no colour is needed; a sentence; what it means, what not; what to do."""

    sign: str
    sentence: str
    means: tuple[str, ...]
    means_not: tuple[str, ...]
    next_step: str


MEANINGS: Mapping[Outcome, Meaning] = {
    Outcome.PASSED: Meaning(
        "✓",
        "Everything that the policy asks for was proved about these bytes.",
        (
            "Whoever the policy names signed exactly these bytes, or a statement about exactly these bytes.",
            "What the policy expects of a statement, such as source, build and version, is what it says.",
            "Anyone who holds the record can judge again, offline, and gets the same report to the last byte.",
        ),
        (
            "It does not say that the product is safe, free of faults, or does what it promises.",
            "It does not say that a statement is true, only who made it: a signer can sign something bad on purpose.",
            "It does not say that others were given the same bytes.",
        ),
        "Read which policy and which trust roots were used: a pass is worth as much as they are.",
    ),
    Outcome.FAILED: Meaning(
        "✗",
        "The evidence does not support what was claimed about these bytes.",
        (
            "Something that was required is contradicted: another signer, other bytes, a signature that does not hold.",
            "Or the evidence breaks the rules of its own format, so that it supports nothing.",
            "Each contradiction is listed with what was expected, what was found, and where.",
        ),
        (
            "It does not say that the product is harmful: a damaged download or the wrong file fails just so.",
            "It does not say who is to blame: whoever hands over a file can damage it.",
            "It does not say that no other evidence would support the claim.",
        ),
        "Do not install it. Get product and evidence again from their source; if it fails again, ask the vendor.",
    ),
    Outcome.INCOMPLETE: Meaning(
        "…",
        "Something that the policy requires was not shown. Nothing was proved wrong.",
        ("At least one requirement has no evidence. It is listed by name, and what would meet it.",),
        (
            "It does not count as a pass, however much else was proved.",
            "It does not say that something is wrong with the product.",
        ),
        "Hold it back, and ask for the evidence that is named as missing.",
    ),
    Outcome.ERROR: Meaning(
        "!",
        "It could not be decided.",
        ("Something kept us from judging: a format that is not read, stale trust material, a limit, a fault of ours.",),
        (
            "It does not count as a pass.",
            "It says nothing about the product, good or bad.",
        ),
        "Hold it back. The reason below says what to do before asking again.",
    ),
}
"""Each outcome's meaning."""

OUTCOMES_END = "What was not assessed is listed on every verdict. What is not listed as proved was not proved."
"""What holds for every outcome."""
