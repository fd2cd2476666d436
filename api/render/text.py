"""A verdict as a person's first screen: what was proved, what was not, why, and what to do next.

    FAILED  endpoint-7.1.0.exe  sha256:9f2c…41d0  1.2 GB
      proved   signed by release.yml of acme/endpoint, logged 2026-03-02 11:04 UTC
      failed   source.tag   expected refs/tags/v7.1.0
                            actual   refs/tags/v7.1.0-rc3
                            at       provenance.sigstore.json#/predicate/…/ref
      not assessed  rebuild, source review, data flows
      level    VI_LEVEL_0      trust root sigstore 12 days old      policy acme-endpoint v3
      next     ask the vendor for provenance of v7.1.0, or: countersign explain source.tag

Nothing is told by colour alone, and nothing foreign reaches the terminal unescaped (T99).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attestations.faults import Place
from verifier.outcome import Outcome
from verifier.policy.flags import FLAGS_ID
from verifier.reasons import REASONS
from verifier.verdict import CheckResult, Verdict

from .layout import LABEL_WIDTH, MARGIN, Look, hang, headline, row, wrap
from .proofs import proofs, rests_on_keys
from .visible import columns
from .words import age_words, identity_words, size_words

COLOURS = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.INCOMPLETE: "yellow", Outcome.ERROR: "magenta"}
LABELS = {Outcome.FAILED: "failed", Outcome.ERROR: "error", Outcome.INCOMPLETE: "missing"}
_LONGEST_REASON = 24
"""Reasons up to this length have their facts beside them, where these fit; other facts stand below."""
_FACT_GAP, _WORD_WIDTH = 3, 9
"""Columns between a reason and its facts, and those of the word before a fact."""
_PUT_RIGHT = "Put right what is named here, in the release or in the policy, and attest again."
"""The next step of whoever makes the release; that of a customer, who can change neither, is the reason's remedy."""
_NARROWEST_GAP, _WIDEST_GAP = 2, 6
"""Columns between the parts of one line."""


def screen(verdict: Verdict, look: Look, *, taken: Sequence[str] = (), own: bool = False) -> str:
    """The whole screen of one verdict, ending in a line break; `taken` names evidence that was found, not given.

    `own` is for whoever makes the release, and can put right what customers could only ask for.
    """
    lines = [*_headline(verdict, look)]
    if taken:
        lines += row("evidence", "found beside it: " + ", ".join(map(look.clean, taken)), look)
    lines += _proved(verdict.results, look)
    for outcome, label in LABELS.items():
        for result in _distinct(verdict.results, outcome):
            lines += _refusal(label, COLOURS[outcome], result, look)
    for result in _distinct((result for result in verdict.results if result.finding), None):
        lines += _refusal("warning", "yellow", result, look)
    lines += _footer(verdict, look, own)
    return "\n".join(lines) + "\n"


def _headline(verdict: Verdict, look: Look) -> Iterator[str]:
    artifact = verdict.artifact
    facts = "bytes not seen"  # where only a digest was given, it is the name
    if artifact.size is not None:
        facts = f"{identity_words(artifact.digests, look.ellipsis)}  {size_words(artifact.size)}"
    word = verdict.outcome.value
    return headline(look.paint(word, COLOURS[verdict.outcome]), len(word), look.clean(artifact.name), facts, look)


def _proved(results: Sequence[CheckResult], look: Look) -> Iterator[str]:
    label = "proved"
    for fact in proofs(results):
        yield from row(label, look.clean(fact), look, colour="green")
        label = ""


def _distinct(results: Iterable[CheckResult], outcome: Outcome | None) -> Iterator[CheckResult]:
    """The results that came to `outcome` (any, for None), without those that would read the same."""
    seen = set()
    for result in results:
        if outcome is not None and (result.outcome is not outcome or result.finding):
            continue
        place = result.cited.place if result.cited else None
        key = (result.reason, result.expected, result.actual, result.detail, place)
        if key not in seen:
            seen.add(key)
            yield result


def _refusal(label: str, colour: str, result: CheckResult, look: Look) -> Iterator[str]:
    reason = result.reason or result.check
    facts = list(_facts(result, look))
    start = len(MARGIN) + LABEL_WIDTH + 1
    beside = start + len(reason) + _FACT_GAP
    room = look.width - beside
    if facts and len(reason) <= _LONGEST_REASON and all(_fact_width(word, text) <= room for word, text in facts):
        head, indent = reason + " " * _FACT_GAP, beside
    else:
        head, indent = reason, start
    lines = [line for word, text in facts for line in _fact(word, text, look.width - indent)]
    if indent == start:
        lines.insert(0, "")
    yield (MARGIN + look.paint(label.ljust(LABEL_WIDTH), colour) + " " + head + lines[0]).rstrip()
    yield from (" " * indent + line for line in lines[1:])


def _fact(word: str, text: str, width: int) -> Iterator[str]:
    head = word.ljust(_WORD_WIDTH) if word else ""
    yield from hang(head, len(head), text, width)


def _fact_width(word: str, text: str) -> int:
    return columns(text) + (_WORD_WIDTH if word else 0)


def _facts(result: CheckResult, look: Look) -> Iterator[tuple[str, str]]:
    compared = result.expected is not None and result.actual is not None
    told = result.reason.startswith("limit.")  # its detail has both figures, with their unit
    if result.detail and (told or not compared):
        yield "", look.clean(result.detail)
    if result.expected is not None and not told:
        yield "expected", look.clean(result.expected)
    if result.actual is not None and not told:
        yield "actual", look.clean(result.actual)
    if result.cited is not None and str(result.cited.place):
        yield "at", look.clean(_place_words(result.cited.place, look.width // 2))


def _place_words(place: Place, room: int) -> str:
    """A place, with the middle of a long JSON pointer left out: people look at its ends, programs at the report."""
    text = str(place).removesuffix("#")
    if len(text) <= room or place.pointer is None or place.pointer.count("/") < 4:
        return text
    first, *_, last = place.pointer.split("/")[1:]
    return f"{place.source}#/{first}/…/{last}"


def _footer(verdict: Verdict, look: Look, own: bool) -> Iterator[str]:
    if verdict.artifact.digests.strong:
        yield from _judgement(verdict, look)
    following = _next_words(verdict, own)
    if following:
        yield from row("next", look.clean(following), look)


def _judgement(verdict: Verdict, look: Look) -> Iterator[str]:
    held = [track.track for track in verdict.tracks if track.held]
    if held:
        yield from row("holds", "  ".join(map(look.clean, held)), look)
    if verdict.not_assessed:
        yield from row("not assessed", ", ".join(map(look.clean, verdict.not_assessed)), look)
    if verdict.raised_limits:
        yield from row("raised", "limits raised by flag: " + ", ".join(map(look.clean, verdict.raised_limits)), look)
    yield from _standing(verdict, look)


def _standing(verdict: Verdict, look: Look) -> Iterator[str]:
    """Level, trust and policy, side by side where they fit on one line."""
    policy = verdict.policy
    name = policy.id.rstrip("/").rpartition("/")[2] or policy.id
    given = "policy given by flags" if policy.id == FLAGS_ID else f"policy {name} v{policy.version}"
    parts = [verdict.level, *_trust_words(verdict), given]
    parts = [look.clean(part) for part in parts]
    room = look.width - len(MARGIN) - LABEL_WIDTH - 1 - sum(map(columns, parts))
    gap = room // (len(parts) - 1)
    if gap >= _NARROWEST_GAP:
        yield from row("level", (" " * min(gap, _WIDEST_GAP)).join(parts), look)
        return
    for number, part in enumerate(parts):
        yield from row("level" if number == 0 else "", part, look)


def _trust_words(verdict: Verdict) -> Iterator[str]:
    if verdict.trust and verdict.outcome is Outcome.PASSED and rests_on_keys(verdict.results):
        yield "no trust root used"
        return
    for reference in verdict.trust:
        age = age_words(verdict.now - reference.dated) if reference.dated is not None else "of unknown age"
        yield f"trust root {reference.name} {age}"
    if not verdict.trust:
        yield "no trust root"


def _next_words(verdict: Verdict, own: bool) -> str:
    for outcome in LABELS:
        for result in verdict.results:
            if result.outcome is outcome and not result.finding and result.reason:
                following = _PUT_RIGHT if own else REASONS[result.reason].remedy
                return f"{following} More: countersign explain {result.reason}"
    return ""


def summary(verdicts: Sequence[Outcome], combined: Outcome, look: Look, *, notes: Sequence[str] = ()) -> str:
    """The last lines after several verdicts: how many came to what, and what the whole comes to."""
    counts = [f"{verdicts.count(outcome)} {outcome.value}" for outcome in Outcome if outcome in verdicts]
    word = look.paint(combined.value, COLOURS[combined])
    total = f"{len(verdicts)} artifact{'' if len(verdicts) == 1 else 's'}: {', '.join(counts) or 'none'}"
    lines = [f"{word}  {total}"]
    for note in notes:
        lines += [MARGIN + line for line in wrap(look.clean(note), look.width - 2)]
    return "\n".join(lines) + "\n"


def replayed(record: str, artifact: str | None, look: Look) -> str:
    """What a replay adds to the screen of its verdict."""
    lines = [*row("replayed", f"{look.clean(record)} gives the same report, byte for byte", look)]
    if artifact is not None:
        lines += row("", f"{look.clean(artifact)} is the artifact that it is about", look)
    return "\n".join(lines) + "\n"
