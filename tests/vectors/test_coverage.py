"""Nothing is judged that no vector shows: each check and each reason. Attacks: `tests.architecture.test_attacks`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fixtures.build import VECTORS
from fixtures.case import CASE
from fixtures.recipes import RECIPES
from fixtures.recipes.live import LIVE
from verifier.checks.statements import CHECKS
from verifier.outcome import Outcome
from verifier.reasons import REASONS

from .runner import answer

ROOT = Path(__file__).resolve().parents[2]

OTHER_CHECKS = (
    "debian.architecture",
    "debian.codename",
    "debian.component",
    "debian.current",
    "debian.date",
    "debian.header",
    "debian.index",
    "debian.label",
    "debian.name",
    "debian.origin",
    "debian.package",
    "debian.release",
    "debian.size",
    "debian.suite",
    "debian.version",
    "engines",
    "evidence",
    "keys",
    "layout",
    "layout.attributes",
    "layout.inspection",
    "layout.product",
    "layout.rules",
    "layout.step",
    "level",
    "manifest",
    "manifest.channel",
    "manifest.current",
    "manifest.expires",
    "manifest.facts",
    "manifest.header",
    "manifest.name",
    "manifest.package",
    "manifest.platform",
    "manifest.product",
    "manifest.size",
    "manifest.variant",
    "manifest.vendor",
    "manifest.version",
    "predicate",
    "request",
    "sbom",
    "sbom.digest",
    "sbom.name",
    "sbom.schema",
    "sbom.version",
    "signer",
    "subject",
    "threshold",
    "trust",
    "trust.age",
    "verdict",
    "verdict.age",
    "verdict.levels",
    "verdict.policy",
    "verdict.resource",
    "verdict.result",
)
"""What is asked beside `CHECKS`: of the request, of its files, of the verification as a whole."""

ONLY_REFUSED = frozenset({"engines", "evidence", "keys", "layout.inspection", "predicate", "request"})
"""Names under which a verdict says only that something was wrong; what is right stands under the check that used it.

``engines`` is passed where engines were asked: `tests.api.test_second_opinion`."""

ONLY_PASSED = frozenset({"log", "sbom.claims", "sbom.format", "signature", "time"})
"""What was proved about the evidence that decided; where it could not be, the refusal stands under ``evidence``, and
that of an SBOM in another format than the one asked for under ``sbom``."""

ALONE: Mapping[str, str] = {
    "apt.no_file": "apt tells a hook what it is about to do, and no request",
    "apt.protocol": "apt tells a hook what it is about to do, and no request",
    "json.unknown_field": "our own formats say it in their own words (policy.unknown_field, record.malformed)",
    "limit.expanded": "what expands to more than 64 MiB is no vector",
    "limit.statement": "a statement comes in a bundle, whose limit is lower; only a raised limit leads here",
    "log.not_witnessed": "Sigsum proofs come from the corpus' families, not from a request",
    "log.unproved": "every carrier asks for a promise or a proof itself",
    "note.ambiguous_key": "a request's checkpoints are held against one key",
    "openpgp.unavailable": "it hangs on what is installed, not on the request",
    "proof.version": "Sigsum proofs come from the corpus' families, not from a request",
    "limit.delegations": "a repository is followed by a client, not by a request",
    "tuf.pattern": "a repository is followed by a client, not by a request",
    "tuf.signature_twice": "a repository is followed by a client, not by a request",
    "tuf.spec_version": "a repository is followed by a client, not by a request",
    "tuf.type": "a repository is followed by a client, not by a request",
    "update.delta_base": "one file does not tell whether what a difference makes lies beside it: a whole set is asked",
    "update.inconsistent": "a request is about one file, and an offer about all of a release",
    "update.missing": "a repository is followed by a client, not by a request",
    "update.target_unknown": "a repository is followed by a client, not by a request",
    "update.wrong_stream": "who asks by a policy asks about the manifest's own stream",
    "update.unsigned": "a repository is followed by a client, not by a request",
    "tuf.map": "a repository is followed by a client, not by a request",
    "update.shared_key": "a repository is followed by a client, not by a request",
    "update.unconfirmed": "a repository is followed by a client, not by a request",
    "update.unmapped": "a repository is followed by a client, not by a request",
}
"""Reasons below `api` that no request leads to: a function refuses so, and a test of that function names the code."""


@cache
def _outcomes() -> Mapping[str, frozenset[bool]]:
    """For each check, whether some vector passes it and whether some vector is refused by it."""
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    for path in VECTORS.glob(f"*/*/{CASE}"):
        for result in answer(path.parent).results:
            if not result.finding:
                seen[result.check].add(result.outcome is Outcome.PASSED)
    return {check: frozenset(outcomes) for check, outcomes in seen.items()}


def test_each_check_has_a_vector_that_passes_it() -> None:
    wanted = {check.name for check in CHECKS} | ONLY_PASSED | set(OTHER_CHECKS) - ONLY_REFUSED
    assert sorted(check for check in wanted if True not in _outcomes().get(check, ())) == []


def test_each_check_has_a_vector_that_it_refuses() -> None:
    wanted = {check.name for check in CHECKS} | set(OTHER_CHECKS)
    assert sorted(check for check in wanted if False not in _outcomes().get(check, ())) == []


def test_no_check_is_made_that_is_not_listed_here() -> None:
    assert sorted(set(_outcomes()) - {check.name for check in CHECKS} - {*OTHER_CHECKS, *ONLY_PASSED}) == []


def test_each_reason_has_a_vector_or_a_test() -> None:
    """Of a request or a file: a vector. Of an effect of `api`, or of a function alone: a test that names the code."""
    unshown = set(REASONS) - _shown()
    named = _texts(
        *("tests/api", "tests/apt", "tests/ceremony", "tests/client", "tests/effects", "tests/http", "tests/identity"),
        *("tests/jobs", "tests/judges", "tests/operations", "tests/publish", "tests/service", "tests/serving"),
        *("tests/signer", "tests/store"),
    )
    assert sorted(code for code in unshown if code not in ALONE and code not in named) == []


def test_each_reason_that_no_request_leads_to_is_shown_by_its_function() -> None:
    named = _texts("tests/attestations", "tests/verifier", "tests/corpus", "tests/vectors/test_alone.py")
    assert sorted(code for code in ALONE if code not in named) == []
    assert sorted(code for code in ALONE if code in _shown() or code not in REASONS) == []


def _shown() -> set[str]:
    recipes = [recipe for recipes in (*RECIPES.values(), LIVE) for recipe in recipes]
    return {code for recipe in recipes for code in recipe.expect.reasons}


def _texts(*places: str) -> str:
    files = [file for place in places for file in _files(ROOT / place)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))
