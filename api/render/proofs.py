"""What a verdict proved, in sentences: who signed and when, then each claim that was compared and found as expected.

    signed by release.yml of acme/endpoint at refs/tags/v7.1.0, logged 2026-03-02 11:04 UTC (rekor.example #84213377)
    a subject of the statement is the artifact
    source.tag: v7.1.0

A report holds every result; here those that only say that all is in order stay unsaid.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from verifier.outcome import Outcome
from verifier.verdict import CheckResult

from .words import moment_words

_SIGNATURE, _TIME, _LOG = "signature", "time", "log"
_UNSAID = frozenset({_SIGNATURE, _TIME, _LOG, "signer", "threshold", "trust", "trust.age"})

MOST = 16
"""Facts that a screen lists; of more it says how many."""

_KEYS = re.compile(r"key \S+(?: and key \S+)*", re.ASCII)
_WORKFLOW = re.compile(
    r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+)/\.github/workflows/(?P<file>[\w.-]+)@(?P<ref>\S+)"
    r" \(issuer https://token\.actions\.githubusercontent\.com\)",
    re.ASCII,
)
"""The one identity with a shorter name that loses nothing: its issuer vouches for nobody outside its host."""


def proofs(results: Sequence[CheckResult], most: int | None = MOST) -> list[str]:
    """The facts among `results` that a person reads first, `most` of them; None is all."""
    held = [result for result in results if result.outcome is Outcome.PASSED and not result.finding]
    facts = list(dict.fromkeys([*_signatures(held), *_claims(held)]))
    if most is None or len(facts) <= most:
        return facts
    return [*facts[:most], f"and {len(facts) - most} more, see --format json"]


def rests_on_keys(results: Sequence[CheckResult]) -> bool:
    """Whether all that was proved was proved by pinned keys: no trust root had a part in it."""
    held = [result for result in results if result.outcome is Outcome.PASSED and not result.finding]
    signers = [result.actual or "" for result in held if result.check == _SIGNATURE]
    witnessed = any(result.check in (_TIME, _LOG) for result in held)
    return bool(signers) and not witnessed and all(map(_KEYS.fullmatch, signers))


def _signatures(held: Sequence[CheckResult]) -> Iterator[str]:
    for result in held:
        if result.check == _SIGNATURE:
            beside = [other for other in held if other.cited == result.cited]
            yield result.detail.replace(result.actual or "", signer_words(result.actual or "")) + _when(beside)


def _when(beside: Sequence[CheckResult]) -> str:
    times = [_moment(result.actual) for result in beside if result.check == _TIME and result.actual]
    logs = [result.actual.replace("#", " #") for result in beside if result.check == _LOG and result.actual]
    moment = f" {min(times)}" if times else ""
    if logs:
        return f", logged{moment} ({', '.join(logs)})"
    return f", timestamped{moment}" if times else ""


def _moment(text: str) -> str:
    return moment_words(datetime.datetime.fromisoformat(text))


def signer_words(signer: str) -> str:
    """A signer's name, shorter where that loses nothing."""
    met = _WORKFLOW.fullmatch(signer)
    return f"{met['file']} of {met['repository']} at {met['ref']}" if met else signer


def _claims(held: Sequence[CheckResult]) -> Iterator[str]:
    for result in held:
        if result.check not in _UNSAID:
            yield f"{result.check}: {result.actual}" if result.actual is not None else result.detail
