"""A release by itself is judged as its manifest is: the same steps, the same states, whoever keeps it."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import pytest

from api.usecases.statements import Release as Declared
from api.usecases.statements import manifest_statement
from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from attestations.predicates.manifest import Delta
from fixtures.recipes.scene import NOW
from tests.values import replace
from tests.waiving import ANNA, BERT, signed
from verifier.engine import manifests_of, releases_of
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, KeyFile, Request
from verifier.updates.advance import Step
from verifier.updates.following import together
from verifier.updates.releases import MOST_FILES, read_release, weigh, write_release
from verifier.updates.streams import ReleaseState, write_state
from verifier.verdict import Artifact

POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/endpoint"
version = 1

[signers.release]
group = "acme"
key = "{key}"

[[require]]
check = "manifest"
signer = "release"
match = ["sha256"]
current = true
{more}"""
NAMED = 'vendor = "acme"\nproduct = "endpoint"\n'
DAY = datetime.timedelta(days=1)


def digest(name: str) -> Digest:
    return Digest("sha256", hashlib.sha256(name.encode()).hexdigest())


def payload(number: int | None, *files: str, deltas: tuple[tuple[str, str, str], ...] = (), **words: Any) -> bytes:
    """The statement of a release; `deltas` are differences among its files, with what each is made for and makes."""
    given = {"vendor": "acme", "product": "endpoint", "version": f"7.{number}.0", "channel": "stable"} | words
    listed = [Artifact(name, DigestSet((digest(name),)), 10) for name in files]
    made = {digest(file): Delta(digest(base), digest(result)) for file, base, result in deltas}
    return manifest_statement(Declared(sequence=number, **given), listed, made)


def asked(statement: bytes, name: str, state: ReleaseState, more: str = NAMED) -> Request:
    policy = POLICY.format(key=ANNA.approver.key.fingerprint, more=more)
    return Request(
        artifact=Artifact(name, DigestSet((digest(name),)), 10),
        evidence=(EvidenceFile("manifest.intoto.jsonl", signed(statement, ANNA)),),
        policy=parse_policy(policy.encode(), "policy", DEFAULT_LIMITS),
        release=None,
        trust=(),
        keys=(KeyFile("anna", ANNA.pem.encode()),),
        now=NOW,
        limits=DEFAULT_LIMITS,
        version="tests",
        state=write_state(state),
    )


FIRST = payload(712, "old")
"""What was accepted before, in the cases below."""

CASES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "the next": (payload(713, "new"), ("new",)),
    "the same": (FIRST, ("old",)),
    "all of several": (payload(713, "new", "driver"), ("new", "driver")),
    "a part": (payload(713, "new", "driver"), ("new",)),
    "an older one": (payload(711, "older"), ("older",)),
    "another of its number": (payload(712, "other"), ("other",)),
    "one that expired": (payload(713, "new", expires=NOW - DAY), ("new",)),
    "one without a number": (payload(None, "new", version="8.0.0"), ("new",)),
    "one far ahead": (payload(712 + (1 << 21), "new"), ("new",)),
    "one after another": (payload(713, "new", previous=digest("another")), ("new",)),
    "one after this": (payload(713, "new", previous=Digest("sha256", hashlib.sha256(FIRST).hexdigest())), ("new",)),
    "a difference": (payload(713, "new", "diff", deltas=(("diff", "old", "new"),)), ("diff",)),
    "a difference and what it makes": (payload(713, "new", "diff", deltas=(("diff", "old", "new"),)), ("new", "diff")),
    "a difference to something else": (payload(713, "new", "diff", deltas=(("diff", "x", "new"),)), ("diff",)),
    "a difference that makes nothing": (payload(713, "new", "diff", deltas=(("diff", "old", "x"),)), ("diff",)),
    "another channel's": (payload(1, "beta", channel="beta"), ("beta",)),
}


def told(step: Step, names: tuple[str, ...]) -> list[tuple[str, str | None, str | None]]:
    """What speaks against it, digests in the place of names: a release by itself has none."""
    faults: list[tuple[str, str | None, str | None]] = []
    for fault in step.faults:
        words = (fault.actual or "").split()
        actual = " ".join(digest(word).hex if word in names else word for word in words)
        faults.append((fault.reason, fault.expected, actual))
    return faults


@pytest.mark.parametrize(("statement", "names"), CASES.values(), ids=CASES)
def test_it_leads_where_its_manifest_leads(statement: bytes, names: tuple[str, ...]) -> None:
    before = together([(request, manifests_of(request)) for request in (asked(FIRST, "old", ReleaseState()),)]).state
    assert before is not None
    requests = [asked(statement, name, before) for name in names]
    gate = together([(request, manifests_of(request)) for request in requests])
    kept = {
        digest(name).hex: [read_release(write_release(release)) for release in releases_of(request)]
        for name, request in zip(names, requests, strict=True)
    }
    service = weigh(before, kept, NOW)
    assert told(service, names) == told(gate, names)
    assert (service.unchanged, service.made) == (gate.unchanged, gate.made)
    assert (service.state is None) is (gate.state is None)
    if gate.state is not None and service.state is not None:
        assert write_state(service.state) == write_state(gate.state)


@pytest.mark.parametrize(
    "more", ["", 'vendor = "acme"\n', 'product = "endpoint"\n', 'vendor = { pattern = "^.*$" }\nproduct = "endpoint"\n']
)
def test_u11_without_the_policys_words_a_release_is_nobodys(more: str) -> None:
    assert len(releases_of(asked(FIRST, "old", ReleaseState()))) == 1
    assert releases_of(asked(FIRST, "old", ReleaseState(), more)) == ()


def test_what_a_stranger_signed_is_no_release() -> None:
    request = asked(FIRST, "old", ReleaseState())
    strange = EvidenceFile("manifest.intoto.jsonl", signed(FIRST, BERT))
    assert releases_of(replace(request, evidence=(strange,))) == ()


def test_a_release_that_is_too_large_is_left_to_a_gate() -> None:
    names = [str(number) for number in range(MOST_FILES + 1)]
    assert releases_of(asked(payload(1, *names[:-1]), "0", ReleaseState()))
    assert releases_of(asked(payload(1, *names), "0", ReleaseState())) == ()


def test_what_is_of_no_release_follows_from_nothing() -> None:
    assert [fault.reason for fault in weigh(ReleaseState(), {"ab" * 32: ()}, NOW).faults] == ["update.unknown"]
    with pytest.raises(ValueError):
        weigh(ReleaseState(), {}, NOW)
