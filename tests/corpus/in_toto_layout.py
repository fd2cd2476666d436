"""Family ``in-toto-layout``: layouts and links of in-toto's libraries, asked for signatures, thresholds, rules or all.

Where a row asks for a part of a verification, the functions that do that part are called as the whole calls them.
Nothing that a layout would run is run: a row with inspections is undecided where all else holds.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from attestations.bundles import Bundle, Evidence, Metablock, NoMaterial
from attestations.digests import Digest, DigestSet
from attestations.evidence import read_evidence
from attestations.faults import Fault
from attestations.layouts import link as links
from attestations.layouts.keys import parse_key
from attestations.layouts.layout import parse_item, parse_layout
from attestations.layouts.parts import Layout
from attestations.layouts.rules import artifact_kind
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from verifier.authenticate import Thresholds, authenticate
from verifier.layout.answers import Line
from verifier.layout.evaluate import Court, evaluate, tell
from verifier.layout.functionaries import functionaries
from verifier.layout.metadata import read_metadata
from verifier.layout.rules import Budget, check_chain, check_rules
from verifier.layout.terms import check_valid
from verifier.outcome import Outcome
from verifier.reasons import outcome_of
from verifier.trust import UNBOUNDED, TrustedKey, load_key_file

from .asking import NOW, only_evidence
from .cases import PASS, Answer, Case, attempt, refusal, unsupported

NOT_RUN = "layout.inspection_not_run"


def answer(case: Case) -> Answer:
    """What the row's stage asks for."""
    if "attestations_dir" in case.files:
        return _attested(case)
    if case.stage == "artifact-rules":
        return attempt(lambda: _rules(case))
    if case.stage == "unit":
        return attempt(lambda: check_valid(_parsed(case), NOW))
    if case.stage == "thresholds":
        return _thresholds(case)
    signed = attempt(lambda: _authenticate(case))
    return signed if signed != PASS or case.stage == "signature" else _verified(case)


def _parsed(case: Case) -> Layout:
    signed = loads(case.read("layout"))["signed"]
    return parse_layout(json.dumps(signed).encode(), source="layout", limits=DEFAULT_LIMITS)


def _authenticate(case: Case) -> None:
    authenticate(
        only_evidence(case, "layout"),
        artifact=DigestSet(()),
        trust=(),
        keys=tuple(_keys(case)),
        requirements=Thresholds(),
        now=_now(case),
    )


def _keys(case: Case) -> Iterable[TrustedKey]:
    """The keys that the layout's owner signs with, in either spelling of the peers."""
    for role in sorted(case.files):
        if role == "layout_key_pem":
            yield from load_key_file(case.read(role), name=role, windows={})
        elif role.startswith("layout_key"):
            key = parse_key(role, Node(loads(case.read(role))))
            (owner,) = functionaries([key], {}).values()
            yield from (TrustedKey(usable.key, UNBOUNDED, role) for usable in owner.keys)


def _now(case: Case) -> datetime.datetime:
    now = case.params.get("now")
    return datetime.datetime.fromisoformat(now) if now is not None else NOW


def _court(case: Case, pool: Iterable[Evidence]) -> Court:
    return Court(
        pool=tuple(pool),
        groups={},
        parameters=case.params.get("substitution_parameters") or {},
        now=_now(case),
        limits=DEFAULT_LIMITS,
        budget=Budget(DEFAULT_LIMITS),
    )


def _links(folder: Path) -> Iterable[Evidence]:
    """The links that can be read; the peers look at no other file. What cannot be read speaks for nobody."""
    for path in sorted(folder.rglob("*.link")):
        for item in read_evidence(str(path.relative_to(folder)), path.read_bytes()):
            if isinstance(item, Evidence):
                yield item


def _thresholds(case: Case) -> Answer:
    """Steps alone: the layout's own signature and rules are not asked about."""
    layout = _parsed(case)
    accounts = tell(layout, (), _court(case, _links(case.files["links_dir"])))
    return _first(line for account in accounts for line in account.lines)


def _verified(case: Case) -> Answer:
    evidence = only_evidence(case, "layout")
    try:
        layout = read_metadata(evidence, DEFAULT_LIMITS)
    except Fault as fault:
        return refusal(fault.reason)
    assert isinstance(layout, Layout)
    pool = _links(case.files["work_dir"] / case.params.get("link_dir", "."))
    return _first(evaluate(layout, evidence, _court(case, pool)).lines)


def _attested(case: Case) -> Answer:
    """A layout over attestations: the peer keeps it as YAML that nobody signs, with its parameters beside it."""
    written = {"_type": "layout", **yaml.safe_load(case.read("layout"))}
    layout = parse_layout(json.dumps(written).encode(), source="layout", limits=DEFAULT_LIMITS)
    unsigned = Metablock("layout", b"", b"", ())
    own = Evidence("layout", "", Digest("sha256", "0" * 64), Bundle("unsigned", unsigned, NoMaterial()))
    files = sorted(case.files["attestations_dir"].iterdir())
    read = [item for path in files for item in read_evidence(path.name, path.read_bytes())]
    court = _court(case, [item for item in read if isinstance(item, Evidence)])
    given = loads(case.read("parameters")) if "parameters" in case.files else {}
    return _first(evaluate(layout, own, replace(court, parameters=_expanded(given))).lines)


_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_-]+)\}")


def _expanded(parameters: dict[str, str]) -> dict[str, str]:
    """The peer's parameters may hold one another."""
    filled = {name: _PLACEHOLDER.sub(lambda found: parameters[found[1]], text) for name, text in parameters.items()}
    return filled if filled == parameters else _expanded(filled)


def _first(lines: Iterable[Line]) -> Answer:
    """The first refutation; else the first thing missing; an inspection not run only where all else holds."""
    reasons = [line.result.reason for line in lines if isinstance(line.result, Fault)]
    refuted = [reason for reason in reasons if outcome_of(reason) is Outcome.FAILED]
    others = [reason for reason in reasons if reason != NOT_RUN]
    if not reasons:
        return PASS
    return refusal((refuted or others)[0]) if others else unsupported(NOT_RUN)


def _rules(case: Case) -> None:
    row: dict[str, Any] = loads(case.read("rules"))
    told = {name: links.read_link(Node(link), DEFAULT_LIMITS) for name, link in row["links"].items()}
    budget = Budget(DEFAULT_LIMITS)
    if "items" not in row:
        kind = artifact_kind(row["source_type"], Node(row["source_type"]))
        item = parse_item(Node({"name": row["source_name"], f"expected_{kind}": row["rules"]}))
        check_rules(item, kind, told, budget)
        return
    for item in [parse_item(Node(item)) for item in row["items"]]:
        tied = check_rules(item, "materials", told, budget) | check_rules(item, "products", told, budget)
        check_chain(item, tied)
