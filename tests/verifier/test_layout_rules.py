"""Artifact rules: each takes what it should, and the library takes the same where both read a rule alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_toto.exceptions import RuleVerificationError
from in_toto.models.link import Link as LibraryLink
from in_toto.verifylib import verify_item_rules

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.layouts.link import Link
from attestations.layouts.rules import Kind
from attestations.limits import DEFAULT_LIMITS, Limits
from verifier.layout.rules import Budget, check_chain, check_rules, check_spelling, same
from verifier.reasons import REASONS

from .layouts import digests, item, link

PATHS = ("a", "b", "dir/a", "dir/b")
CONTENTS = ("1", "2")
ARTIFACTS = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(CONTENTS), max_size=4)
PATTERN = st.sampled_from(["*", "a", "b", "dir/*", "?", "[!a]", "*a", "dir/[ab]"])
GENERIC = st.tuples(st.sampled_from(["CREATE", "DELETE", "MODIFY", "ALLOW", "DISALLOW"]), PATTERN).map(list)
REQUIRE = st.tuples(st.just("REQUIRE"), st.sampled_from(PATHS)).map(list)
OPTION = st.sampled_from([[], ["IN", "dir"]])


@st.composite
def matching(draw: st.DrawFn) -> list[str]:
    kind = draw(st.sampled_from(["MATERIALS", "products"]))
    return [
        "MATCH",
        draw(PATTERN),
        *draw(OPTION),
        "WITH",
        kind,
        *draw(OPTION),
        "FROM",
        draw(st.sampled_from(["other", "own"])),
    ]


RULES = st.lists(GENERIC | REQUIRE | matching(), max_size=5)
KIND: st.SearchStrategy[Kind] = st.sampled_from(["materials", "products"])


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(Fault) as caught:
        work()
    assert caught.value.reason in REASONS
    return caught.value.reason


def check(rules: Iterable[list[str]], own: Link, *others: Link, kind: Kind = "products") -> frozenset[str]:
    links = {one.name: one for one in (own, *others)}
    return check_rules(item(own.name, rules, rules), kind, links, Budget(DEFAULT_LIMITS))


@given(RULES, ARTIFACTS, ARTIFACTS, ARTIFACTS, ARTIFACTS, KIND)
def test_the_library_takes_the_same(
    rules: list[list[str]],
    materials: dict[str, str],
    products: dict[str, str],
    others: dict[str, str],
    left: dict[str, str],
    kind: Kind,
) -> None:
    links = {"own": link("own", materials, products), "other": link("other", others, left)}
    theirs = {name: _library(one) for name, one in links.items()}
    try:
        check_rules(item("own", rules, rules), kind, links, Budget(DEFAULT_LIMITS))
        held = True
    except Fault as fault:
        assert fault.reason in ("layout.disallowed", "layout.required_absent")
        held = False
    try:
        verify_item_rules("own", kind, rules, theirs)
        library_held = True
    except RuleVerificationError:
        library_held = False
    assert held == library_held


def _library(one: Link) -> LibraryLink:
    sides = [
        {path: {digest.algorithm: digest.hex for digest in found} for path, found in side.items()}
        for side in (one.materials, one.products)
    ]
    return LibraryLink(name=one.name, materials=sides[0], products=sides[1])


EVERYTHING = ["DISALLOW", "*"]


@pytest.mark.parametrize(
    ("rule", "before", "after", "kind"),
    [
        (["CREATE", "f"], {}, {"f": "1"}, "products"),
        (["DELETE", "f"], {"f": "1"}, {}, "materials"),
        (["MODIFY", "f"], {"f": "1"}, {"f": "2"}, "products"),
        (["MODIFY", "f"], {"f": "1"}, {"f": "2"}, "materials"),
        (["allow", "f"], {"f": "1"}, {"f": "1"}, "products"),
    ],
)
def test_a_rule_takes_what_it_explains_and_nothing_else(
    rule: list[str], before: dict[str, str], after: dict[str, str], kind: Kind
) -> None:
    check([rule, EVERYTHING], link("own", before, after), kind=kind)
    unchanged = {**before, **after}
    if rule[0] != "allow":
        assert refusal(lambda: check([rule, EVERYTHING], link("own", unchanged, unchanged))) == "layout.disallowed"
    more = {**before, "g": "1"}, {**after, "g": "1"}
    assert refusal(lambda: check([rule, EVERYTHING], link("own", *more), kind=kind)) == "layout.disallowed"


@pytest.mark.parametrize(("taken", "prefix"), tuple(itertools.product(["src", "src/"], ["out", "out/"])))
def test_a_match_is_below_its_prefixes(taken: str, prefix: str) -> None:
    rule = ["MATCH", "*", "IN", taken, "WITH", "PRODUCTS", "IN", prefix, "FROM", "other"]
    other = link("other", {}, {"out/x/y": "1", "src/z": "1"})
    assert check([rule, EVERYTHING], link("own", {}, {"src/x/y": "1"}), other) == {"other"}
    for path in ("srcs/x/y", "x/y", "src/z"):
        assert (
            refusal(lambda path=path: check([rule, EVERYTHING], link("own", {}, {path: "1"}), other))
            == "layout.disallowed"
        )


def test_t66_a_step_that_shares_nothing_breaks_the_chain() -> None:
    rule = ["MATCH", "*", "WITH", "PRODUCTS", "FROM", "other"]
    own, other = link("own", {}, {"a": "1"}), link("other", {}, {"a": "2"})
    tied = check([rule], own, other)
    assert tied == frozenset()
    assert refusal(lambda: check_chain(item("own", [rule]), tied)) == "layout.chain_broken"
    check_chain(item("own", [rule]), frozenset({"other"}))
    check_chain(item("own", [["MATCH", "*", "WITH", "MATERIALS", "FROM", "own"]]), frozenset())


def test_t66_one_artifact_in_common_is_enough_for_two_steps() -> None:
    rules = [["MATCH", name, "WITH", "PRODUCTS", "FROM", "other"] for name in ("absent", "a")]
    check_chain(item("own", rules), check(rules, link("own", {}, {"a": "1"}), link("other", {}, {"a": "1"})))


def test_a_link_that_is_not_there_is_missing() -> None:
    assert refusal(lambda: check_rules(item("own"), "products", {}, Budget(DEFAULT_LIMITS))) == "layout.link_missing"


SHA256, SHA512, MD5 = Digest("sha256", "0" * 64), Digest("sha512", "1" * 128), Digest("md5", "2" * 32)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ((SHA256,), (SHA256, SHA512), True),
        ((MD5, SHA256), (MD5, SHA256, SHA512), True),
        ((MD5, SHA256), (MD5, SHA512), False),
        ((SHA256,), (SHA512,), False),
        ((MD5, SHA256), (Digest("md5", "3" * 32), SHA256), False),
        ((SHA256,), (Digest("sha256", "4" * 64),), False),
    ],
)
def test_t69_a_weak_digest_in_common_makes_no_two_artifacts_one(
    one: tuple[Digest, ...], other: tuple[Digest, ...], equal: bool
) -> None:
    assert same(DigestSet(one), DigestSet(other)) is equal
    assert same(DigestSet(other), DigestSet(one)) is equal


@pytest.mark.parametrize("path", ["./a", "a/../b", "a//b", "", "a/", "a\\b", "a\nb", "C:/a"])
def test_t67_a_rule_about_a_path_that_no_artifact_has_is_refused(path: str) -> None:
    if path.strip():
        assert refusal(lambda: _spelled(["REQUIRE", path])) == "layout.rule_path"
    if path.removesuffix("/") not in ("", "a"):
        rule = ["MATCH", "*", "IN", path, "WITH", "PRODUCTS", "FROM", "other"]
        assert refusal(lambda: _spelled(rule)) == "layout.rule_path"


def _spelled(rule: list[str]) -> None:
    (read,) = item("own", [rule]).materials
    check_spelling(read)


def test_the_budget_ends_with_a_reason() -> None:
    own = link("own", {}, {f"{number}": "1" for number in range(10)})
    with pytest.raises(Fault) as caught:
        check_rules(item("own", (), [["ALLOW", "x"]] * 10), "products", {"own": own}, Budget(Limits(layout_work=100)))
    assert caught.value.reason == "limit.layout_work"


def test_digests_tell_contents_apart() -> None:
    assert digests("1") != digests("2")
