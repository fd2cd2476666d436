"""A memory saves work and changes nothing: the same verdict, byte for byte, whatever was judged before."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from verifier import gather
from verifier.authenticate import authenticate
from verifier.engine import judge
from verifier.memory import Memory
from verifier.outcome import Outcome
from verifier.report import render_report
from verifier.request import Request
from verifier.verdict import Artifact

from ..vectors.runner import request

GOOD = ("good/provenance-in-rekor-v1", "good/key-ecdsa-p256", "layout/layout-and-links-in-envelopes")
OTHER = Artifact("other.exe", DigestSet((Digest("sha256", "5a" * 32),)), 7)


def asked(name: str) -> Request:
    folder = VECTORS / name
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    return request(case, folder)


@pytest.fixture
def authenticated(monkeypatch: pytest.MonkeyPatch) -> list[Evidence]:
    """What is authenticated from now on, in order."""
    seen: list[Evidence] = []

    def noting(evidence: Evidence, **terms: object) -> object:
        seen.append(evidence)
        return authenticate(evidence, **terms)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(gather, "authenticate", noting)
    return seen


def _vectors() -> list[str]:
    folders = (path.parent for path in sorted(VECTORS.glob(f"*/*/{CASE}")))
    return [_name(folder) for folder in folders if 'kind = "verdict"' in (folder / CASE).read_text(encoding="utf-8")]


def _name(folder: Path) -> str:
    return folder.relative_to(VECTORS).as_posix()


def test_every_vector_judged_with_what_the_others_left_behind() -> None:
    """Twice each, for its own artifact and for another, by one memory for all."""
    memory, count = Memory(), 0
    for name in _vectors():
        try:
            own = asked(name)
        except Exception as error:  # noqa: BLE001  a policy that is refused is no request
            assert type(error).__name__ in ("PolicyFault", "LimitFault"), name
            continue
        for each in (own, replace(own, artifact=OTHER), own):
            assert render_report(judge(each, memory)) == render_report(judge(each)), name
        count += 1
    assert count > 300


@pytest.mark.parametrize("name", GOOD)
def test_the_second_artifact_finds_what_the_first_one_found(name: str, authenticated: list[Evidence]) -> None:
    own, memory = asked(name), Memory()
    assert judge(own, memory).outcome is Outcome.PASSED
    first = len(authenticated)
    assert first > 0
    assert judge(replace(own, artifact=OTHER), memory).outcome is not Outcome.PASSED
    assert len(authenticated) == first


def test_a_signature_over_the_artifact_itself_is_never_kept(authenticated: list[Evidence]) -> None:
    own, memory = asked("good/artifact-signature-in-rekor-v2"), Memory()
    assert judge(own, memory).outcome is Outcome.PASSED
    assert judge(replace(own, artifact=OTHER), memory).outcome is Outcome.FAILED
    assert judge(own, memory).outcome is Outcome.PASSED
    assert len(authenticated) == 3


def test_a_refusal_is_kept_as_it_was(authenticated: list[Evidence]) -> None:
    own, memory = asked("good/provenance-in-rekor-v1"), Memory()
    without = replace(own, trust=())
    reports = [render_report(judge(without, memory)) for _ in range(2)]
    assert reports[0] == reports[1] == render_report(judge(without))
    assert len(authenticated) == 2, "once with the memory, once without one"


@pytest.mark.parametrize("what", ["evidence", "trust", "now", "limits"])
def test_other_terms_are_judged_anew(what: str, authenticated: list[Evidence]) -> None:
    own, memory = asked("good/provenance-in-rekor-v1"), Memory()
    judge(own, memory)
    changed = {
        "evidence": (*own.evidence,),
        "trust": (),
        "now": own.now + datetime.timedelta(days=1),
        "limits": replace(own.limits, subjects=own.limits.subjects + 1),
    }[what]
    other = replace(own, **{what: changed})
    authenticated.clear()
    verdict = judge(other, memory)
    assert len(authenticated) == 1
    assert render_report(verdict) == render_report(judge(other))


def test_a_request_with_a_state_is_weighed_once_and_another_as_long_as_it_is_the_last() -> None:
    memory = Memory()
    weighed: list[str] = []

    def ask(name: str, *, keep: bool) -> None:
        def weigh() -> str:
            weighed.append(name)
            return name

        assert memory.weighed(requests[name], weigh, keep=keep) == name

    requests = {name: object() for name in ("one", "other", "kept", "more")}
    for name in ("one", "one", "other", "one"):
        ask(name, keep=False)
    assert weighed == ["one", "other", "one"]
    for name in ("kept", "more", "kept", "more"):
        ask(name, keep=True)
    assert weighed[3:] == ["kept", "more"]
