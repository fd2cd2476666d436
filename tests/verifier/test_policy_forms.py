"""The forms of a policy: TOML, canonical JSON, digest and diff all speak of one object."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import POLICY
from verifier.faults import PolicyFault
from verifier.policy.diff import diff
from verifier.policy.model import (
    Exact,
    LevelRequirement,
    Pattern,
    Period,
    PinnedIdentity,
    PinnedKey,
    Policy,
    Product,
    ProvenanceRequirement,
    SignedRequirement,
    TrustRule,
)
from verifier.policy.parse import parse_policy, read_policy
from verifier.policy.plain import canonical, digest, plain
from verifier.policy.sound import check_policy
from verifier.policy.toml import to_toml

from .judging import policy_of

ACTIONS = "https://token.actions.githubusercontent.com"
WORKFLOW = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
KEY = Digest("sha256", "ab" * 32)


def fingerprint(seed: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(seed).hexdigest())


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
EXACT = TEXTS.filter(lambda text: "*" not in text and "{" not in text).map(Exact)
EXPECTED = st.one_of(EXACT, st.sampled_from([Pattern("^a+$"), Pattern(r"^refs/tags/v{version}(-rc\.[0-9])?$")]))
VALUES = st.recursive(
    st.one_of(EXPECTED, st.booleans(), st.integers(-(1 << 52), 1 << 52)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(TEXTS, inner, max_size=3).filter(lambda d: set(d) != {"pattern"}),
    ),
    max_leaves=6,
)
TABLES = st.dictionaries(TEXTS, VALUES, max_size=3)
TIMES = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.UTC))
PERIODS = st.one_of(st.none(), TIMES.map(lambda start: Period(start, None)), TIMES.map(lambda end: Period(None, end)))
SIGNERS = st.one_of(
    st.builds(PinnedIdentity, TEXTS, st.just("acme"), EXACT, st.just(ACTIONS), PERIODS),
    st.builds(PinnedKey, TEXTS, st.just("acme"), st.binary(max_size=4).map(fingerprint), PERIODS),
)
MAYBE = st.one_of(st.none(), EXPECTED)
AGES = st.one_of(st.none(), st.integers(1, 10**5).map(lambda seconds: datetime.timedelta(seconds=seconds)))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    signers = tuple(
        sorted(
            draw(st.lists(SIGNERS, min_size=1, max_size=3, unique_by=lambda signer: signer.name)), key=lambda s: s.name
        )
    )
    names = tuple(signer.name for signer in signers)
    signed = st.builds(SignedRequirement, st.just(names), st.just(1), MAYBE, MAYBE)
    commit = st.one_of(st.none(), st.just(Exact("0f" * 20)), st.just(Pattern("^[0-9a-f]{40}$")))
    provenance = st.builds(
        ProvenanceRequirement,
        signers=st.just(names),
        subject=MAYBE,
        predicate_type=MAYBE,
        builder=MAYBE,
        build_type=MAYBE,
        source=MAYBE,
        ref=MAYBE,
        tag=MAYBE,
        versioned_tag=st.sampled_from([None, "v1", "v{version}"]),
        branch=MAYBE,
        commit=commit,
        parameters=st.one_of(st.none(), TABLES),
        inputs=st.one_of(st.none(), TABLES),
        slsa_build_level=st.sampled_from([None, 1, 3]),
    )
    level = st.just(LevelRequirement("VI_LEVEL_1"))
    product = st.one_of(st.none(), st.just(Product("acme", "endpoint", ("stable",), "pkg:generic/acme@{version}")))
    trust = st.builds(TrustRule, st.just(("sigstore",)), AGES, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
    return Policy(
        id=draw(TEXTS),
        version=draw(st.integers(1, 9)),
        trust=draw(trust),
        signers=signers,
        requirements=(draw(st.one_of(signed, provenance)), *draw(st.lists(level, max_size=1))),
        product=draw(product),
    )


def sound(policy: Policy) -> bool:
    try:
        check_policy(policy)
    except PolicyFault:
        return False
    return True


@given(policies().filter(sound))
def test_every_policy_reads_back_from_its_toml_and_its_canonical_form(policy: Policy) -> None:
    assert parse_policy(to_toml(policy).encode(), "printed.toml", DEFAULT_LIMITS) == policy
    tree = tomllib.loads(to_toml(policy))
    assert canonical(read_policy(tree, "tree", DEFAULT_LIMITS)) == canonical(policy)
    assert diff(policy, policy) == ()


SCHEMA = jsonschema_rs.Draft202012Validator(
    json.loads((Path(__file__).resolve().parents[2] / "docs" / "schemas" / "policy.schema.json").read_text("utf-8"))
)


@given(policies().filter(sound))
def test_every_policy_keeps_the_schema(policy: Policy) -> None:
    assert list(SCHEMA.iter_errors(plain(policy))) == []


@pytest.mark.parametrize("pointer", ["/waivers", "/trust/log", "/signers/release/any", "/require/0/bulider"])
def test_t21_the_schema_knows_no_other_key_either(pointer: str) -> None:
    assert SCHEMA.is_valid(POLICY.value)
    assert not SCHEMA.is_valid(POLICY.set(pointer, 1).value)


@given(policies().filter(sound), policies().filter(sound))
def test_policies_differ_exactly_where_their_digests_do(one: Policy, other: Policy) -> None:
    assert (diff(one, other) == ()) == (digest(one) == digest(other)) == (one == other)


def test_defaults_spelt_out_change_no_digest() -> None:
    spelt = POLICY.set("/require/0/threshold", 1).set("/trust/logs", 1).drop("/require/0/signer")
    assert digest(policy_of(spelt.set("/require/0/signers", ["release"]))) == digest(policy_of())


def test_a_diff_names_the_key_and_both_values() -> None:
    (change,) = diff(policy_of(), policy_of(POLICY.set("/trust/max_age", "30d")))
    assert (change.pointer, change.before, change.after) == ("/trust/max_age", '"90d"', '"30d"')
    (change,) = diff(policy_of(), policy_of(POLICY.drop("/require/0/builder")))
    assert (change.pointer, change.after) == ("/require/0/builder", None)
