"""Artifact rules applied: a queue of artifacts, from which each rule takes what it explains.

    CREATE    a product that was no material         MATCH     equal to the artifact of another step
    DELETE    a material that is no product          ALLOW     anything
    MODIFY    both, with other digests               DISALLOW  refuses what is still there      REQUIRE  wants it there

Taking is exact: a path meets a pattern in its own spelling. Refusing is not: DISALLOW also meets a path that some file
systems take for the same, in another case (T67). A MATCH rule that ties a step to another must tie something: where all
of a step's rules about one other step match nothing, the chain is broken and not vacuously whole (T66).

Spec: in-toto specification, section 4.3.3; decision 0047
"""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import normalize

from attestations.digests import DigestSet
from attestations.layouts.link import Artifacts, Link, is_normal
from attestations.layouts.parts import Item
from attestations.layouts.rules import Kind, MatchRule, PathRule, Rule
from attestations.limits import Limits
from attestations.strict_json import shown

from ..faults import CheckFault
from .patterns import compile_path_pattern

Links = Mapping[str, Link]
"""One link a step, by the step's name."""


class Budget:
    """Counts, for one requirement, the layouts, the signature checks, and the characters held against patterns."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._spent = 0
        self._layouts = 0
        self._signatures = 0

    def spend(self, characters: int) -> None:
        """Raises: LimitFault ``limit.layout_work``."""
        self._spent += characters
        self._limits.check("layout_work", self._spent)

    def count_signatures(self, checks: int) -> None:
        """Raises: LimitFault ``limit.layout_signatures``."""
        self._signatures += checks
        self._limits.check("layout_signatures", self._signatures)

    def count_layout(self) -> None:
        """Raises: LimitFault ``limit.layouts``."""
        self._layouts += 1
        self._limits.check("layouts", self._layouts)


def check_rules(item: Item, kind: Kind, links: Links, budget: Budget) -> frozenset[str]:
    """The materials or products of `item` obey its rules; returns the other steps that a MATCH rule tied it to.

    Raises:
        CheckFault: ``layout.link_missing``, ``layout.disallowed``, ``layout.required_absent``.
        FormatFault: ``layout.pattern``.
    """
    link = _link(item.name, links)
    artifacts = _side(link, kind)
    queue = set(artifacts)
    tied: set[str] = set()
    for rule in _rules(item, kind):
        budget.spend(sum(map(len, queue)) + len(queue))
        if isinstance(rule, MatchRule):
            taken = _matched(rule, queue, artifacts, links)
            if taken:
                tied.add(rule.step)
        elif rule.verb == "REQUIRE":
            _require(rule, queue, item, kind)
            continue
        elif rule.verb == "DISALLOW":
            _disallow(rule, queue, item, kind)
            continue
        else:
            taken = {path for path in _meeting(rule.pattern, queue) if _explains(rule, path, link)}
        queue -= taken
    return frozenset(tied)


def check_chain(item: Item, tied: frozenset[str]) -> None:
    """Every other step that `item` has MATCH rules about is one that they tied it to.

    Raises:
        CheckFault: ``layout.chain_broken``.
    """
    for rule in (*item.materials, *item.products):
        if isinstance(rule, MatchRule) and rule.step not in tied and rule.step != item.name:
            raise CheckFault(
                "layout.chain_broken",
                f"{shown(item.name)} has no artifact in common with {shown(rule.step)}",
                expected=f"MATCH {rule.pattern} WITH {rule.kind.upper()} FROM {rule.step}",
                actual="no match",
            )


def _link(name: str, links: Links) -> Link:
    found = links.get(name)
    if found is None:
        raise CheckFault("layout.link_missing", f"no link tells of {shown(name)}", expected=name)
    return found


def _side(link: Link, kind: Kind) -> Artifacts:
    return link.materials if kind == "materials" else link.products


def _rules(item: Item, kind: Kind) -> tuple[Rule, ...]:
    return item.materials if kind == "materials" else item.products


def _meeting(pattern: str, queue: set[str]) -> set[str]:
    compiled = compile_path_pattern(pattern)
    return {path for path in queue if compiled.matches(path)}


def _explains(rule: PathRule, path: str, link: Link) -> bool:
    before, after = link.materials.get(path), link.products.get(path)
    if rule.verb == "CREATE":
        return before is None
    if rule.verb == "DELETE":
        return after is None
    if rule.verb == "MODIFY":
        return before is not None and after is not None and not same(before, after)
    return True


_WEAK = frozenset({"md5", "sha1"})
"""Algorithms by which nothing is ever the same."""


def same(one: DigestSet, other: DigestSet) -> bool:
    """Whether two sets are of one file: they state at least one algorithm both, and agree in all that both state.

    Sets that share only algorithms that identify nothing are of one file only where they are equal altogether; links
    are held to at least one strong digest before (T69).
    """
    if one == other and any(digest.algorithm not in _WEAK for digest in one):
        return True
    shared = [(digest, found) for digest in one if (found := other.get(digest.algorithm)) is not None]
    return any(digest.strong for digest, _ in shared) and all(digest == found for digest, found in shared)


def _matched(rule: MatchRule, queue: set[str], artifacts: Artifacts, links: Links) -> set[str]:
    """The artifacts of the queue that are, below the rule's prefixes, those of the other step."""
    target = links.get(rule.step)
    if target is None:
        return set()
    others = _side(target, rule.kind)
    compiled = compile_path_pattern(rule.pattern)
    before, behind = _directory(rule.source_prefix), _directory(rule.prefix)
    taken = set()
    for path in queue:
        rest = path.removeprefix(before)
        if not path.startswith(before) or not compiled.matches(rest):
            continue
        other = others.get(behind + rest)
        if other is not None and same(artifacts[path], other):
            taken.add(path)
    return taken


def _directory(prefix: str) -> str:
    return f"{prefix.removesuffix('/')}/" if prefix else ""


def _require(rule: PathRule, queue: set[str], item: Item, kind: Kind) -> None:
    if rule.pattern not in queue:
        raise CheckFault(
            "layout.required_absent",
            f"{shown(item.name)} lacks one of its {kind}",
            expected=f"REQUIRE {rule.pattern}",
            actual=_listed(queue),
        )


def _disallow(rule: PathRule, queue: set[str], item: Item, kind: Kind) -> None:
    exact = compile_path_pattern(rule.pattern)
    composed = compile_path_pattern(normalize("NFC", rule.pattern))
    found = {path for path in queue if exact.matches(path) or composed.matches(normalize("NFC", path), any_case=True)}
    if found:
        raise CheckFault(
            "layout.disallowed",
            f"{shown(item.name)} has {kind} that no rule explains",
            expected=f"DISALLOW {rule.pattern}",
            actual=_listed(found),
        )


_SHOWN = 5


def _listed(paths: set[str]) -> str:
    first = sorted(paths)[:_SHOWN]
    more = f", and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(first) + more if paths else "nothing"


def check_spelling(rule: Rule) -> None:
    """The rule can mean something: its pattern is of the dialect, its path and prefixes are in normal form.

    Raises:
        FormatFault: ``layout.pattern``.
        CheckFault: ``layout.rule_path``.
    """
    literals = [rule.pattern] if isinstance(rule, PathRule) and rule.verb == "REQUIRE" else []
    if isinstance(rule, MatchRule):
        literals += [prefix.removesuffix("/") for prefix in (rule.source_prefix, rule.prefix) if prefix]
    if isinstance(rule, MatchRule) or rule.verb != "REQUIRE":
        compile_path_pattern(rule.pattern)
    for text in literals:
        if not is_normal(text):
            raise CheckFault("layout.rule_path", "a rule about a path that no artifact has", actual=shown(text))
