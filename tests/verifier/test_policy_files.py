"""Policies in files: everything written is applied or refused, and none could pass what it must not."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS, Limits
from fixtures.recipes.scene import POLICY
from fixtures.world import Document
from verifier.faults import PolicyFault
from verifier.policy.lint import lint
from verifier.policy.model import (
    ManifestRequirement,
    Period,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    SignedRequirement,
    TrustRule,
    unsafe_any_identity,
)
from verifier.policy.parse import parse_policy, read_policy
from verifier.policy.plain import plain

from .judging import policy_of

ACTIONS = "https://token.actions.githubusercontent.com"
WORKFLOW = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
KEY = Digest("sha256", "ab" * 32)


def refusal(document: Document | bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        policy_of(document)
    return caught.value


def test_the_example_of_the_design_reads() -> None:
    example = Path(__file__).resolve().parents[3] / "shared" / "policy-example.toml"
    if not example.exists():
        pytest.skip("the design's example is not beside this tree")
    text = example.read_text(encoding="utf-8").replace("5f3a…", "5f" * 32)
    policy = policy_of(text.encode())
    assert ManifestRequirement(("manifest",), match=("sha256", "size")) in policy.requirements
    assert policy.trust.max_age == datetime.timedelta(days=90)
    assert policy.signer("manifest") == PinnedKey(
        "manifest",
        "acme",
        Digest("sha256", "5f" * 32),
        Period(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)),
    )


def test_the_reference_shows_a_policy_that_reads_and_leaves_nothing_open() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy.md"
    text = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    assert lint(policy_of(text.encode())) == ()


def test_the_reference_names_every_key_of_a_requirement() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
    fields = {*SignedRequirement.__struct_fields__, *ProvenanceRequirement.__struct_fields__}
    assert not sorted(name for name in fields if f"`{name}`" not in page)


def test_a_syntax_error_is_placed_by_its_byte() -> None:
    """The offset counts bytes and not characters."""
    fault = refusal('id = "ü"\nversion = = 1\n'.encode())
    assert (fault.reason, fault.place.offset) == ("policy.malformed", len('id = "ü"\nversion = '.encode()))


@pytest.mark.parametrize(
    "text",
    [
        b"a = " + b"[" * 5_000,
        b"a = " + b"9" * 10_000,
        b"a = 1e400\nb = [",
        b"\x00",
        b"a = 2026-13-45",
        b"[a]\n[a]",
        b"a = 1\n" + b"a." * 300_000 + b"a = 1",
    ],
)
def test_t98_hostile_text_is_one_refusal(text: bytes) -> None:
    assert refusal(text).reason == "policy.malformed"


@pytest.mark.parametrize("value", [b"0x" + b"f" * 5_000, b"[0x" + b"f" * 5_000 + b"]", b"{" + b"a." * 250 + b"a = 1}"])
@pytest.mark.parametrize(
    "place",
    [
        b"version",
        b"format",
        b"more",
        b"trust.logs",
        b"trust.max_age",
        b"product.name",
        b"signers.a.identity",
        b"signers.a.valid.from",
        b"signers.a.key",
        b"require",
    ],
)
def test_t98_a_value_that_cannot_be_written_out_is_a_refusal(place: bytes, value: bytes) -> None:
    """A number of more digits than Python writes, a table deeper than ``repr`` goes: what is wrong is still said."""
    document = place + b" = " + value
    if place != b"format":
        document = b'format = "countersign.policy/1"\n' + document
    if place != b"version":
        document += b'\nid = "x"\nversion = 1'
    assert refusal(document).reason.startswith("policy.")


@pytest.mark.parametrize("value", [1 << 20_000, -(1 << 20_000), [1 << 20_000]], ids=["large", "small", "within"])
def test_t98_a_vast_parameter_is_a_refusal(value: object) -> None:
    tree = plain(policy_of())
    tree["require"][0]["parameters"] = {"a": value}
    with pytest.raises(Fault) as caught:
        read_policy(tree, "policy.toml", DEFAULT_LIMITS)
    assert caught.value.reason == "policy.value"


def test_a_policy_too_large_is_not_read() -> None:
    with pytest.raises(Fault) as caught:
        parse_policy(b"#" * 11, "policy.toml", Limits(policy=10))
    assert caught.value.reason == "limit.policy"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_a_refusal(text: bytes) -> None:
    with pytest.raises(Fault):
        parse_policy(text, "policy.toml", DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("pointer", "value", "reason"),
    [
        ("/require/0/bulider", "x", "policy.unknown_field"),
        ("/signers/release/sub", "x", "policy.unknown_field"),
        ("/product/chanels", [], "policy.unknown_field"),
        ("/trust/loggs", 1, "policy.unknown_field"),
        ("/signers/release/valid", {"form": "2026-01-01T00:00:00Z"}, "policy.unknown_field"),
        ("/require/0/ref", {"patern": "^a$"}, "policy.unknown_field"),
        ("/require/0/ref", {"pattern": "^a$", "flags": "i"}, "policy.unknown_field"),
        ("/require/0/ref", 7, "policy.type"),
        ("/require/0/signer", ["release"], "policy.type"),
        ("/require", {}, "policy.type"),
        ("/require/0/parameters", "all", "policy.type"),
        ("/require/0/parameters/workflow/ref", 1 << 60, "policy.value"),
        ("/trust/max_age", "90", "policy.value"),
        ("/trust/max_age", "-1d", "policy.value"),
        ("/signers/release/valid", {"from": "2026-01-01T00:00:00+02:00"}, "policy.value"),
        ("/signers/release/valid", {"from": "soon"}, "policy.value"),
        ("/signers/release/valid", {"from": "2027-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "policy.value"),
        ("/product/vendor", "Acme Inc", "policy.value"),
        ("/signers/release/group", "", "policy.value"),
        ("/require/0/commit", "HEAD", "policy.value"),
        ("/require/0/versioned_tag", "v1.x", "policy.value"),
        ("/require/0/slsa_build_level", 4, "policy.value"),
        ("/require/0/ref", " refs/tags/v1", "policy.value"),
        ("/require/0/ref", "refs/tags/v1\n", "policy.value"),
        ("/require/0/tag", "v{Version}", "policy.placeholder"),
    ],
)
def test_t21_nothing_written_is_ignored(pointer: str, value: Any, reason: str) -> None:
    fault = refusal(POLICY.set(pointer, value))
    assert fault.reason == reason
    assert fault.place.source == "policy.toml"
    assert (fault.place.pointer or "").startswith(pointer.rpartition("/")[0])


def test_t21_an_issuer_is_never_a_pattern() -> None:
    assert refusal(POLICY.set("/signers/release/issuer", {"pattern": "^.*$"})).reason == "policy.type"
    assert refusal(POLICY.set("/signers/release/issuer", "https://*.acme.example")).reason == "policy.issuer_malformed"
    assert refusal(POLICY.set("/signers/release/issuer", "accounts.google.com")).reason == "policy.issuer_malformed"


@pytest.mark.parametrize(
    "pattern",
    [
        "^.*$",
        "^https://.*$",
        "^https://github.com/.*$",
        r"^https://github\.com/.*$",
        r"^https://github\.com/acme$",
        r"^https://github\.com/acme.*$",
        r"^https://(github\.com/acme/|.*)endpoint$",
        r"^https://[a-z.]+/acme/endpoint$",
        r"^.*@acme\.example/evil$",
        r"^.*acme\.example$",
        "^[a-z]+@.*$",
        r"^.*@acme\.example$",
        r"^[a-z/]+@acme\.example$",
        r"^[a-z@]+@acme\.example$",
    ],
)
def test_t21_t22_a_pattern_says_whose_identity_it_is(pattern: str) -> None:
    assert refusal(POLICY.set("/signers/release/identity", {"pattern": pattern})).reason in (
        "policy.identity_too_wide",
        "policy.pattern",
    )


@pytest.mark.parametrize(
    "pattern", [r"^https://github\.com/acme/.*$", r"^[a-z.]+@acme\.example$", r"^https://github\.com/acme/a/[^@]+@x$"]
)
def test_a_pattern_that_fixes_the_owner_is_enough(pattern: str) -> None:
    policy_of(POLICY.set("/signers/release/identity", {"pattern": pattern}))


@pytest.mark.parametrize("identity", ["*", "https://github.com/acme/*", "", " "])
def test_t22_an_exact_identity_is_no_wildcard(identity: str) -> None:
    assert refusal(POLICY.set("/signers/release/identity", identity)).reason in (
        "policy.identity_too_wide",
        "policy.value",
    )


@pytest.mark.parametrize("threshold", [0, -1, 2, 33, 1 << 40])
def test_t28_a_threshold_is_met_by_somebody_and_by_all_alone_by_nobody(threshold: int) -> None:
    assert refusal(POLICY.set("/require/0/threshold", threshold)).reason == "policy.threshold"


@pytest.mark.parametrize("threshold", ["1", True])
def test_t28_a_threshold_is_an_integer(threshold: object) -> None:
    assert refusal(POLICY.set("/require/0/threshold", threshold)).reason == "policy.type"


@pytest.mark.parametrize(("name", "least"), [("logs", 0), ("times", 1), ("scts", 0)])
def test_t27_authorities_may_be_asked_for_more_and_only_outright_for_less(name: str, least: int) -> None:
    assert getattr(policy_of(POLICY.drop("/trust").set("/trust", {"roots": ["world"]})).trust, name) == 1
    assert refusal(POLICY.set(f"/trust/{name}", least - 1)).reason == "policy.threshold"
    for number in (least, 2):
        assert getattr(policy_of(POLICY.set(f"/trust/{name}", number)).trust, name) == number


@pytest.mark.parametrize(
    "text", [b"", b'format = "countersign.policy/1"\nid = "x"\nversion = 1\n', b'require = []\nformat = "x"']
)
def test_t62_a_policy_that_says_nothing_is_none(text: bytes) -> None:
    assert refusal(text).reason in ("policy.missing", "policy.empty", "policy.format")


def test_t62_a_level_alone_is_no_requirement_of_evidence() -> None:
    alone = POLICY.set("/require", [{"check": "level", "at_least": "VI_LEVEL_1"}])
    assert refusal(alone).reason == "policy.vendor_unsigned"


def test_t24_groups_are_counted_when_a_threshold_is_read() -> None:
    """Two keys of one group can never be two parties, so the threshold is refused before anybody signs."""
    signers = {"a": {"group": "acme", "key": str(KEY)}, "b": {"group": "acme", "key": f"sha256:{'cd' * 32}"}}
    both = POLICY.set("/signers", signers).set("/require", [{"check": "signed", "signers": ["a", "b"], "threshold": 2}])
    assert refusal(both).reason == "policy.threshold"


def test_the_vendor_cannot_be_left_out() -> None:
    """An auditor and the vendor may each complete the requirement, so the vendor's signature is not required."""
    signers = {"release": {"group": "acme", "key": str(KEY)}, "auditor": {"group": "aud", "key": f"sha256:{'cd' * 32}"}}
    either = POLICY.set("/signers", signers).set("/require", [{"check": "signed", "signers": ["auditor", "release"]}])
    assert refusal(either).reason == "policy.vendor_unsigned"
    assert policy_of(either.set("/require/0/threshold", 2)).requirements


def test_t76_no_policy_can_excuse_anything() -> None:
    """Exceptions and waivers are no fields of a policy: whoever writes one is told, and nothing is skipped."""
    for name in ("waivers", "exceptions", "ignore"):
        assert refusal(POLICY.set(f"/{name}", ["signer.identity"])).reason == "policy.unknown_field"


def test_no_file_reaches_the_bypass() -> None:
    tree = plain(Policy("x", 1, TrustRule(("r",)), (unsafe_any_identity(),), (SignedRequirement(("any",)),)))
    with pytest.raises(PolicyFault) as caught:
        read_policy(tree, "record", DEFAULT_LIMITS)
    assert caught.value.reason == "policy.unknown_field"
