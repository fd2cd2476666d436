"""Packages, publishers, claims and registries' keys: what a policy asks of them, and what fits."""

from __future__ import annotations

import datetime

import pytest

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.publishers import CircleCIPublisher, GitHubPublisher, GitLabPublisher, GooglePublisher, Publisher
from fixtures.recipes.npm import REGISTRY
from fixtures.world.keys import ed25519_key, mldsa_key
from verifier.authenticated import Authenticated, CertificateSigner
from verifier.checks.signers import groups_of
from verifier.faults import PolicyFault, TrustFault
from verifier.key_files import load_key_file
from verifier.keys import load_spki, openssh_fingerprint
from verifier.policy.model import Exact, Pattern, PinnedIdentity, Policy, SignedRequirement, SignerRule, TrustRule
from verifier.policy.packages import expected_package
from verifier.policy.publishers import publisher_rule
from verifier.policy.sound import check_policy
from verifier.windows import Window

NOW = datetime.datetime(2026, 3, 14, tzinfo=datetime.UTC)
STAND_IN = Digest("sha256", "0" * 64)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def fits(rule: SignerRule, name: str, issuer: str, **claims: str) -> str:
    """The reason why a certificate does not fit `rule`, "" where it does. Claims are written with underscores."""
    said = {claim.replace("_", "-"): value for claim, value in claims.items()}
    signer = CertificateSigner((name,), issuer, said, "ca", STAND_IN, STAND_IN)
    try:
        groups_of(Authenticated(None, signer, (), (), (), None, None), (rule,), NOW)  # type: ignore[arg-type]  # a signer alone
    except Fault as fault:
        return fault.reason
    return ""


GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
CI = "https://circleci.com/api/v2/projects/p/pipeline-definitions/d"
ACME = {"source_repository_uri": "https://github.com/acme/endpoint", "source_repository_digest": COMMIT}
LAB = {"source_repository_uri": "https://gitlab.com/acme/endpoint", "source_repository_digest": COMMIT}
RUN = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v1"
PIPELINE = "https://gitlab.com/acme/endpoint//ci.yml@refs/heads/main"


@pytest.mark.parametrize(("publisher", "name", "issuer", "claims", "reason"), [
    (GitHubPublisher("acme/endpoint", "release.yml"), RUN, GITHUB, ACME, ""),
    (GitHubPublisher("acme/endpoint", "release.yml"), RUN, GITLAB, ACME, "signer.issuer"),
    (GitHubPublisher("acme/endpoint", "release.yml"), RUN.replace("v1", ""), GITHUB, ACME, ""),
    (GitHubPublisher("acme/endpoint", "release.ym"), RUN, GITHUB, ACME, "signer.identity"),
    (GitHubPublisher("acme/end.oint", "release.yml"), RUN, GITHUB, ACME, "signer.identity"),
    (GitHubPublisher("acme/endpoint", "release.yml"), RUN, GITHUB, {}, "signer.claim"),
    (GitHubPublisher("acme/endpoint", "release.yml"), RUN, GITHUB, ACME | {"source_repository_digest": "v1"},
     "signer.claim"),
    (GitHubPublisher("acme/endpoint", "release.yml", "pypi"), RUN, GITHUB, ACME, "signer.claim"),
    (GitHubPublisher("acme/endpoint", "release.yml", "pypi"), RUN, GITHUB,
     ACME | {"deployment_environment": "pypi"}, ""),
    (GitLabPublisher("acme/endpoint", "ci.yml"), PIPELINE, GITLAB, LAB, ""),
    (GitLabPublisher("acme/endpoint", "other.yml"), PIPELINE, GITLAB, LAB, "signer.identity"),
    (GooglePublisher("a@b.example"), "a@b.example", "https://accounts.google.com", {}, ""),
    (GooglePublisher("a@b.example"), "a@b.example", "https://accounts.example", {}, "signer.issuer"),
    (CircleCIPublisher("p", "d"), CI, "https://oidc.circleci.com", {}, ""),
    (CircleCIPublisher("q", "d"), CI, "https://oidc.circleci.com", {}, "signer.identity"),
    (CircleCIPublisher("p", "d", "o"), CI, "https://oidc.circleci.com", {}, "signer.claim"),
    (CircleCIPublisher("p", "d", "o", "r"), CI, "https://oidc.circleci.com",
     {"source_repository_uri": "o", "source_repository_ref": "r"}, ""),
])  # fmt: skip
def test_t21_a_publisher_fits_its_own_runs_and_no_other(
    publisher: Publisher, name: str, issuer: str, claims: dict[str, str], reason: str
) -> None:
    assert fits(publisher_rule("p", "p", publisher), name, issuer, **claims) == reason


def test_t23_no_issuer_fits_a_certificate_without_one_and_no_other() -> None:
    rule = PinnedIdentity("r", "r", Exact("https://releases.example"), "")
    assert fits(rule, "https://releases.example", "") == ""
    assert fits(rule, "https://releases.example", GITHUB) == "signer.issuer"
    assert (
        fits(PinnedIdentity("r", "r", Exact("https://releases.example"), GITHUB), "https://releases.example", "") != ""
    )


def sound(*signers: PinnedIdentity) -> None:
    names = tuple(signer.name for signer in signers)
    check_policy(Policy("id", 1, TrustRule(roots=("root",)), signers, (SignedRequirement(names),)))


def test_t24_one_identity_is_two_signers_only_where_a_claim_tells_them_apart() -> None:
    def signer(name: str, **claims: str) -> PinnedIdentity:
        return PinnedIdentity(
            name, name, Exact(RUN), GITHUB, None, {key: Exact(value) for key, value in claims.items()}
        )

    sound(signer("a", repository="x"), signer("b", repository="y"))
    for pair in (
        (signer("a"), signer("b")),
        (signer("a", repository="x"), signer("b")),
        (signer("a", repository="x"), signer("b", repository="x")),
        (signer("a", repository="x"), signer("b", owner="y")),
    ):
        with pytest.raises(PolicyFault) as caught:
            sound(*pair)
        assert caught.value.reason == "policy.signer_duplicate"


def test_a_claim_is_a_sound_text() -> None:
    with pytest.raises(PolicyFault) as caught:
        sound(PinnedIdentity("a", "a", Exact(RUN), GITHUB, None, {"token-subject": Pattern("open")}))
    assert (caught.value.reason, caught.value.place.pointer) == (
        "policy.pattern_unanchored",
        "/signers/a/claims/token-subject",
    )


@pytest.mark.parametrize("text", [
    "endpoint", "pkg:npm/", "pkg:npm/a?file_name=a-1.zip", "pkg:pypi/a?file_name=a", "pkg:pypi/a@x", "pkg:pypi/a?os=x",
])  # fmt: skip
def test_t21_a_package_that_no_check_understands_is_refused(text: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        expected_package(text)
    assert caught.value.reason == "policy.value"


FINGERPRINT = load_spki(REGISTRY.key.spki).fingerprint
JANUARY, MARCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


def test_a_key_list_and_a_policy_both_bound_a_key() -> None:
    listed = bytes(REGISTRY.keys(expires="2026-03-01T00:00:00.000Z"))
    (alone,) = load_key_file(listed, name="keys.json", windows={})
    assert (alone.key.fingerprint, alone.window, alone.usage) == (FINGERPRINT, Window(None, MARCH), "")
    (both,) = load_key_file(listed, name="keys.json", windows={FINGERPRINT: Window(JANUARY, NOW)})
    assert both.window == Window(JANUARY, MARCH)
    used = load_key_file(bytes(REGISTRY.tuf_keys("npm:signatures", "npm:attestations")), name="keys.json", windows={})
    assert [each.usage for each in used] == ["npm:signatures", "npm:attestations"]


def test_an_empty_key_list_holds_no_key_and_is_no_fault() -> None:
    assert load_key_file(b'{"keys":[]}', name="keys.json", windows={}) == ()


@pytest.mark.parametrize(("key", "reason"), [("AAAA", "trust.key_malformed"), (1, "trust.key_malformed")])
def test_a_list_of_unreadable_keys_is_refused_and_one_among_others_left_out(key: object, reason: str) -> None:
    damaged = REGISTRY.keys().set("/keys/0/key", key)
    with pytest.raises(TrustFault) as caught:
        load_key_file(bytes(damaged), name="keys.json", windows={})
    assert caught.value.reason == reason
    assert len(load_key_file(bytes(damaged.append("/keys", REGISTRY.keys().get("/keys/0"))), name="k", windows={})) == 1


def test_a_key_is_named_as_openssh_names_it() -> None:
    assert openssh_fingerprint(load_spki(REGISTRY.key.spki)) == REGISTRY.keyid
    assert str(openssh_fingerprint(load_spki(ed25519_key("pinned").spki))).startswith("SHA256:")
    assert openssh_fingerprint(load_spki(mldsa_key("pinned").spki)) is None
