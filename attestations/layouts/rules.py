"""Artifact rules as layouts spell them: lists of words, the key words in any case.

    CREATE|DELETE|MODIFY|ALLOW|DISALLOW <pattern>
    REQUIRE <path>
    MATCH <pattern> [IN <prefix>] WITH (MATERIALS|PRODUCTS) [IN <prefix>] FROM <step>

Attestation layouts write a rule as one text, its words separated by blanks; such a text is read as the same list. What
a pattern means and how rules are applied is `verifier.layout`'s to say.

Spec: in-toto specification, section 4.3.3 (artifact rules)
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ..strict_json import Node, shown

Kind = Literal["materials", "products"]
"""Which artifacts of a step: what it found, or what it left."""

Verb = Literal["CREATE", "DELETE", "MODIFY", "ALLOW", "DISALLOW", "REQUIRE"]


class PathRule(Struct, frozen=True):
    """A rule about the step's own artifacts. `pattern` is a path to the letter where `verb` is REQUIRE."""

    verb: Verb
    pattern: str


class MatchRule(Struct, frozen=True):
    """A rule that ties a step's artifacts to those of another: `kind` of the step `step`.

    The prefixes are directories, "" where the rule names none; the pattern is about what follows them.
    """

    pattern: str
    source_prefix: str
    kind: Kind
    prefix: str
    step: str


Rule = PathRule | MatchRule

_VERBS: dict[str, Verb] = {
    "CREATE": "CREATE",
    "DELETE": "DELETE",
    "MODIFY": "MODIFY",
    "ALLOW": "ALLOW",
    "DISALLOW": "DISALLOW",
    "REQUIRE": "REQUIRE",
}
_KINDS: dict[str, Kind] = {"MATERIALS": "materials", "PRODUCTS": "products"}
_FORMS = (
    "CREATE|DELETE|MODIFY|ALLOW|DISALLOW <pattern>, REQUIRE <path>, or MATCH <pattern> [IN <prefix>] WITH … FROM <step>"
)


def parse_rules(node: Node | None) -> tuple[Rule, ...]:
    """The rules of an array, in order; none where it is absent. Raises: FormatFault ``layout.rule``, ``json.type``."""
    return tuple(parse_rule(item) for item in node.items()) if node is not None else ()


def parse_rule(node: Node) -> Rule:
    """One rule. Raises: FormatFault ``layout.rule``, ``json.type``."""
    words = node.text().split() if isinstance(node.value, str) else [word.text() for word in node.items()]
    verb = words[0].upper() if words else ""
    if len(words) == 2 and verb in _VERBS:
        return PathRule(_VERBS[verb], words[1])
    if len(words) >= 2 and verb == "MATCH":
        return _match(words, node)
    raise node.fault("layout.rule", "not an artifact rule", expected=_FORMS)


def _match(words: list[str], node: Node) -> MatchRule:
    rest = words[2:]
    source_prefix, rest = _option("IN", rest)
    kind, rest = _option("WITH", rest)
    prefix, rest = _option("IN", rest)
    step, rest = _option("FROM", rest)
    if rest or not kind or not step:
        raise node.fault("layout.rule", "not a MATCH rule", expected=_FORMS)
    return MatchRule(words[1], source_prefix, artifact_kind(kind, node), prefix, step)


def _option(name: str, words: list[str]) -> tuple[str, list[str]]:
    """The word after the key word `name` where that stands next, and the words behind it."""
    if len(words) >= 2 and words[0].upper() == name:
        return words[1], words[2:]
    return "", words


def artifact_kind(word: str, node: Node) -> Kind:
    """Which artifacts `word` names, in any case. Raises: FormatFault ``layout.rule``."""
    kind = _KINDS.get(word.upper())
    if kind is None:
        raise node.fault(
            "layout.rule", f"neither materials nor products: {shown(word)}", expected="MATERIALS, PRODUCTS"
        )
    return kind
