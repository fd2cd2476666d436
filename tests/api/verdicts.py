"""Verdicts of every kind, made by hand, for the renderers to show."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from attestations.digests import Digest, DigestSet
from attestations.faults import Place
from verifier.levels import LEVELS, NOT_ASSESSED
from verifier.outcome import Outcome
from verifier.verdict import Artifact, CheckResult, Cited, PolicyReference, TrackResult, TrustReference, Verdict

from ..values import replace

SHA256 = Digest("sha256", "9f2c" + "0" * 56 + "41d0")
NOW = datetime.datetime(2026, 3, 14, 12, tzinfo=datetime.UTC)
SIGNER = (
    "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0-rc3"
    " (issuer https://token.actions.githubusercontent.com)"
)
FILE = "provenance.sigstore.json"


def cited(pointer: str | None = None) -> Cited:
    return Cited(SHA256, Place(FILE, pointer))


def passed(check: str, detail: str, actual: str | None = None, pointer: str | None = None) -> CheckResult:
    return CheckResult(check, Outcome.PASSED, "", detail, actual, actual, cited(pointer))


def refused(
    reason: str,
    outcome: Outcome,
    detail: str,
    expected: str | None = None,
    actual: str | None = None,
    pointer: str | None = None,
) -> CheckResult:
    return CheckResult(reason, outcome, reason, detail, expected, actual, cited(pointer) if pointer else None)


PROVED = (
    passed("signature", f"signed by {SIGNER}", SIGNER),
    passed("time", "existed at 2026-03-02T11:04:09Z, says rekor.example", "2026-03-02T11:04:09Z"),
    passed("log", "in rekor.example as entry 84213377, by inclusion", "rekor.example#84213377"),
    passed("subject", "a subject of the statement is the artifact"),
)

BASE = Verdict(
    outcome=Outcome.PASSED,
    artifact=Artifact("endpoint-7.1.0.exe", DigestSet((SHA256,)), 1_200_000_000),
    results=PROVED,
    tracks=(TrackResult("VI_SIGNED_1", True, "signed by acme"), TrackResult("VI_BUILD_1", False, "not asked")),
    level=LEVELS[1],
    policy=PolicyReference("https://audit.example/policies/acme-endpoint", 3, SHA256),
    trust=(TrustReference("sigstore", SHA256, NOW - datetime.timedelta(days=12)),),
    now=NOW,
    not_assessed=NOT_ASSESSED,
    raised_limits=(),
    version="0.1.0",
)

NOTHING_HELD = tuple(replace(track, held=False) for track in BASE.tracks)


def verdict(outcome: Outcome, *results: CheckResult, **changes: object) -> Verdict:
    return replace(BASE, outcome=outcome, results=results, tracks=NOTHING_HELD, level=LEVELS[0], **changes)  # type: ignore[arg-type]  # fields by name


WRONG_TAG = refused(
    "source.tag",
    Outcome.FAILED,
    "the tag is not the one expected",
    "refs/tags/v7.1.0",
    "refs/tags/v7.1.0-rc3",
    "/predicate/buildDefinition/externalParameters/workflow/ref",
)

VERDICTS: Mapping[str, Verdict] = {
    "passed": BASE,
    "failed": verdict(Outcome.FAILED, *PROVED, WRONG_TAG),
    "failed-in-many-ways": verdict(
        Outcome.FAILED,
        *PROVED,
        WRONG_TAG,
        WRONG_TAG,
        refused("signature.invalid", Outcome.FAILED, "the signature does not verify under the certificate's key"),
        refused(
            "builder.mismatch",
            Outcome.FAILED,
            "the builder is not the one expected",
            "https://github.com/actions/runner/github-hosted",
            "https://github.com/acme/self-hosted-runners/.github/workflows/build-on-somebodys-laptop.yml@refs/heads/main",
            "/predicate/runDetails/builder/id",
        ),
        refused("trust.stale", Outcome.ERROR, "trust root sigstore is 400 days old", "at most 90 days", "400 days"),
        refused("evidence.absent", Outcome.INCOMPLETE, "there is no evidence about this artifact"),
    ),
    "incomplete": verdict(
        Outcome.INCOMPLETE, refused("evidence.absent", Outcome.INCOMPLETE, "there is no evidence about this artifact")
    ),
    "not-found": verdict(
        Outcome.ERROR,
        refused("input.not_found", Outcome.ERROR, "no such file or directory"),
        artifact=Artifact("no/such/file", DigestSet(()), None),
    ),
    "digest-only": replace(
        BASE,
        artifact=Artifact(str(SHA256), DigestSet((SHA256,)), None),
        results=(
            *PROVED,
            replace(
                refused("bytes.not_seen", Outcome.PASSED, "only a digest was given: size and content are not assessed"),
                finding=True,
            ),
        ),
        policy=PolicyReference("flags", 1, SHA256),
        trust=(),
        raised_limits=("bundle=8388608",),
    ),
    "hostile": verdict(
        Outcome.FAILED,
        refused(
            "signer.identity",
            Outcome.FAILED,
            "another identity",
            "\x1b]0;owned\x07dev@example.com",
            "\u202emoc.elpmaxe@ved \u200b\x9b31m" + "a" * 5000,
            "/\x1b[2J",
        ),
        artifact=Artifact("PASSED  all is well\n\x1b[32m" + "日本" * 40 + ".exe", DigestSet((SHA256,)), 7),
        policy=PolicyReference("\x1b[31mpolicy", 1, SHA256),
        trust=(TrustReference("root\r\n", SHA256, None),),
    ),
}
