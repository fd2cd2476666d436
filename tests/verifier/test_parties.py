"""A key that the policy pins and nobody gave, and too few parties: told alike by each kind of requirement."""

from __future__ import annotations

import pytest

from fixtures.recipes.keyed import KEY_POLICY, TWO_PARTIES, VENDOR_KEY, envelope, keyed
from fixtures.recipes.scene import fingerprint
from verifier.checks.signers import CLAUSE
from verifier.outcome import Outcome

from .judging import ask

CHECKS = ("signed", "provenance", "manifest", "sbom", "layout", "verdict")
VERDICT = {"verifier": "https://audit.example/v1", "resource": "pkg:generic/endpoint"}


@pytest.mark.parametrize("check", CHECKS)
def test_a_key_not_given_is_told_alike(check: str) -> None:
    wanted = [{"check": "signed", "signers": ["vendor"]}, {"check": check, "signers": ["vendor"]}]
    wanted[1] |= VERDICT if check == "verdict" else {}
    policy = KEY_POLICY.set("/require", wanted)
    verdict = ask(keyed(envelope(VENDOR_KEY), policy=policy, keys=()))
    told = [result for result in verdict.results if (result.requirement, result.reason) == (1, "trust.key_not_given")]
    assert [(result.check, result.outcome, result.clause) for result in told] == [("keys", Outcome.ERROR, CLAUSE)]
    assert told[0].expected == fingerprint(VENDOR_KEY)


def test_a_threshold_is_told_with_its_clause() -> None:
    (result,) = (each for each in ask(keyed(envelope(VENDOR_KEY), policy=TWO_PARTIES)).results if not each.finding
                 if each.reason == "threshold.unmet")  # fmt: skip
    assert (result.check, result.requirement, bool(result.clause)) == ("threshold", 0, True)
