"""A second engine: asked in a confined process, compared both ways, and never a stranger's veto."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from api.engines import asking
from api.engines.asking import WorkerEngines, opinions_on
from api.engines.questions import Answer, Asked, write_questions
from attestations.digests import Digest
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from fixtures.recipes.scene import OTHER, policy_file
from verifier import content
from verifier.engine import judge, questions_of
from verifier.opinions import Difference, Opinion, differences
from verifier.outcome import Outcome
from verifier.request import EvidenceFile, Request

from ..values import replace
from ..vectors.runner import request
from .conftest import Program
from .running import ROOT
from .scene import BY_POLICY, NAME, POLICY, RELEASE


@cache
def asked_of(name: str) -> Request:
    """The request of a vector."""
    case = read_case(VECTORS / name)
    assert isinstance(case, VerdictCase)
    return request(case, VECTORS / name)


HONEST = "good/provenance-in-rekor-v1"
KEYED = "good/key-ed25519"
ALTERED = "envelope/signature-byte-flipped"


@dataclass
class Saying:
    """An engine that says what a test wants it to."""

    say: Callable[[Asked], str]
    heard: list[Asked] = field(default_factory=list)

    def ask(self, asked: list[Asked]) -> list[Answer]:
        self.heard += asked
        return [Answer("other", "1", self.say(each), "as told") for each in asked]


def with_opinions(asked: Request, engines: asking.Engines) -> Request:
    return replace(asked, opinions=opinions_on(asked, questions_of(asked), engines))


def reasons(asked: Request) -> set[str]:
    return {result.reason for result in judge(asked).results if result.reason}


@cache
def opinions_of_vectors() -> dict[str, tuple[Opinion, ...]]:
    """What the real engines say of every vector that passes with us, asked in one process."""
    passing = {}
    for path in sorted(VECTORS.glob(f"*/*/{CASE}")):
        case = read_case(path.parent)
        if isinstance(case, VerdictCase) and case.expect.outcome == "PASSED":
            passing[f"{path.parent.parent.name}/{path.parent.name}"] = request(case, path.parent)
    recorder = Saying(lambda _: "accepts")
    counts = {name: len(opinions_on(asked, questions_of(asked), recorder)) for name, asked in passing.items()}
    answers = WorkerEngines().ask(recorder.heard)
    opinions = {}
    for name, asked in passing.items():
        mine, answers = answers[: counts[name]], answers[counts[name] :]
        opinions[name] = opinions_on(asked, questions_of(asked), _Answered(mine))
    return opinions


@dataclass
class _Answered:
    answers: list[Answer]

    def ask(self, asked: list[Asked]) -> list[Answer]:
        return self.answers


def test_no_engine_refuses_what_passes_here_without_an_argument() -> None:
    disagreed = {name for name, held in opinions_of_vectors().items() if any(o.dissents and o.signer for o in held)}
    assert disagreed == set()
    accepted = [o for held in opinions_of_vectors().values() for o in held if o.answer == "accepts"]
    assert {opinion.engine for opinion in accepted} == {"sigstore", "securesystemslib"}


@pytest.mark.parametrize("known", differences(), ids=lambda known: known.vector)
def test_a_known_difference_is_shown_by_its_vector(known: Difference) -> None:
    shown = [opinion for opinion in opinions_of_vectors()[known.vector] if known.explains(opinion)]
    assert [opinion.answer for opinion in shown] == ["refuses"]


@pytest.mark.parametrize("known", differences(), ids=lambda known: known.vector)
def test_a_difference_is_not_brought_about_by_words_out_of_the_evidence(known: Difference) -> None:
    """What an engine quotes anybody can have written; and no crash is ever a known difference."""
    said = Opinion(known.engine, "1", Digest("sha256", "00" * 32), "e", "", "somebody", "refuses", known.begins)
    assert not said.dissents
    quoting = replace(said, detail=f"VerificationError: another reason, about {known.begins!r}: {known.begins}")
    assert quoting.dissents
    assert replace(said, answer="crashed").dissents


def test_where_both_engines_agree_the_verdict_says_two() -> None:
    asked = replace(asked_of(HONEST), opinions=opinions_of_vectors()[HONEST])
    [counted] = [result for result in judge(asked).results if result.check == "engines"]
    assert (counted.outcome, counted.actual) == (Outcome.PASSED, "2")


def test_evidence_that_the_other_cannot_read_has_one_engine() -> None:
    name = "carrier/pypi-attestation"
    asked = replace(asked_of(name), opinions=opinions_of_vectors()[name])
    [counted] = [result for result in judge(asked).results if result.check == "engines"]
    assert (counted.outcome, counted.actual) == (Outcome.PASSED, "1")


@pytest.mark.parametrize("says", ["refuses", "crashed"])
@pytest.mark.parametrize("name", [HONEST, KEYED])
def test_their_engine_is_wrong_and_refuses_a_good_release(name: str, says: str) -> None:
    asked = with_opinions(asked_of(name), Saying(lambda _: says))
    verdict = judge(asked)
    assert verdict.outcome is Outcome.ERROR
    assert reasons(asked) == {"engines.disagree"}
    assert not any(track.held for track in verdict.tracks)


def test_their_engine_is_wrong_and_accepts_a_bad_one() -> None:
    asked = asked_of(ALTERED)
    verdict = judge(with_opinions(asked, Saying(lambda _: "accepts")))
    assert verdict.outcome is judge(asked).outcome is Outcome.FAILED
    assert "engines.differ" in {result.reason for result in verdict.results if result.finding}


def test_our_engine_is_wrong_and_accepts_any_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ours is made to take every signature for a good one. The other, asked in earnest, does not follow."""
    good = asked_of(KEYED)
    tree = json.loads(good.evidence[0].content)
    signature = tree["signatures"][0]["sig"]
    tree["signatures"][0]["sig"] = ("B" if signature[0] == "A" else "A") + signature[1:]
    bad = replace(good, evidence=(EvidenceFile("bad.json", json.dumps(tree).encode()),))
    assert judge(bad).outcome is Outcome.FAILED
    monkeypatch.setattr(content, "verify", lambda *_, **__: None)
    assert judge(bad).outcome is Outcome.PASSED
    asked = with_opinions(bad, WorkerEngines())
    assert judge(asked).outcome is Outcome.ERROR
    assert reasons(asked) == {"engines.disagree"}


@pytest.mark.parametrize("says", ["refuses", "crashed"])
def test_no_stray_file_vetoes_a_good_release(says: str) -> None:
    """Strangers lay evidence beside it that the other engine refuses, or dies of."""
    good = asked_of(HONEST)
    damaged = EvidenceFile("stray.sigstore.json", bytes(RELEASE.bundle().set("/dsseEnvelope/signatures/0/sig", "AAAA")))
    other = EvidenceFile("other.sigstore.json", bytes(OTHER.bundle()))
    own = good.evidence[0].content
    engines = Saying(lambda asked: "accepts" if asked.content == own else says)
    asked = with_opinions(replace(good, evidence=(damaged, *good.evidence, other)), engines)
    assert len(engines.heard) >= 2
    assert judge(asked).outcome is Outcome.PASSED


def test_an_opinion_about_something_else_counts_for_nothing() -> None:
    asked = with_opinions(asked_of(HONEST), Saying(lambda _: "accepts"))
    for changed in ({"pointer": "/1"}, {"signer": "somebody"}, {"evidence": asked.trust[0].name}):
        moved = replace(asked, opinions=tuple(replace(opinion, **changed) for opinion in asked.opinions))
        assert [r.actual for r in judge(moved).results if r.check == "engines"] == ["1"]


def test_a_stray_file_of_the_same_name_is_not_asked_about_instead() -> None:
    honest = asked_of(HONEST)
    strays = [(file.name, b"{}") for file in honest.evidence] + [("attestations", b"{}\n{}\n")]
    numbered = tuple(EvidenceFile("attestations:1", file.content) for file in honest.evidence)
    for evidence in (honest.evidence, numbered):
        asked = replace(honest, evidence=(*(EvidenceFile(*stray) for stray in strays), *evidence))
        saying = Saying(lambda _: "accepts")
        opinions_on(asked, questions_of(asked)[:1], saying)
        assert [each.content for each in saying.heard] == [evidence[0].content]


def test_a_policy_may_want_two_engines(scene: Path, program: Program) -> None:
    """Then the program asks of itself."""
    (scene / "policy.toml").write_bytes(policy_file(POLICY.set("/trust/engines", 2)).content)
    ran = program("verify", NAME, *BY_POLICY, "--format", "json")
    checks = json.loads(ran.output)["predicate"]["checks"]
    assert (ran.code, [check["actual"] for check in checks if check["check"] == "engines"]) == (0, ["2"])


def test_a_record_keeps_the_opinions_and_replays_to_the_same_bytes(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "--second-opinion", "--format", "json", "--record", "record.json")
    assert ran.code == 0
    [opinion] = json.loads((scene / "record.json").read_bytes())["opinions"]
    assert (opinion["engine"], opinion["answer"]) == ("sigstore", "accepts")
    assert program("replay", "record.json", "--format", "json").output == ran.output


def test_a_record_with_an_answer_that_no_engine_gives_is_refused(scene: Path, program: Program) -> None:
    program("verify", NAME, *BY_POLICY, "--second-opinion", "--record", "record.json")
    record = json.loads((scene / "record.json").read_bytes())
    record["opinions"][0]["answer"] = "maybe"
    (scene / "record.json").write_text(json.dumps(record))
    assert program("replay", "record.json").reason == "record.malformed"


def test_a_process_that_dies_has_crashed_over_one_question_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process here answers once and then dies: of three questions the first and the last are answered."""
    program = """
import sys
sys.stdin.buffer.read()
print('{"engine":"sigstore","version":"1","answer":"accepts"}', flush=True)
raise SystemExit(9)
"""
    monkeypatch.setattr(asking, "_PROGRAM", program)
    question = Asked(b"{}", None, "", None, None, None, (), {})
    answers = WorkerEngines().ask([question] * 3)
    assert [answer.answer for answer in answers] == ["accepts", "crashed", "accepts"]


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 80)",
        "subprocess.run(['true'])",
        "os.fork()",
        "open('written', 'w')",
        "os.open('written', os.O_CREAT | os.O_WRONLY)",
        "os.remove('there')",
        "os.rename('there', 'elsewhere')",
        "os.mkdir('made')",
        "os.truncate('there', 0)",
        "os.chmod('there', 0)",
        "os.symlink('there', 'made')",
        "os.kill(os.getppid(), 0)",
        "bytearray(4 << 30)",
    ],
)
def test_t96_the_process_changes_nothing_and_reaches_nobody(attempt: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"as it was")
    program = (
        f"import os, socket, subprocess, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from api.engines.confinement import Confined, confine\n"
        f"confine()\ntry:\n    {attempt}\nexcept (Confined, MemoryError): raise SystemExit(7)\n"
    )
    ran = subprocess.run([sys.executable, "-I", "-B", "-c", program], cwd=tmp_path, check=False, timeout=60)
    assert ran.returncode == 7
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_bytes() == b"as it was"


def test_a_line_that_is_no_answer_moves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library prints in front of a refusal: that question has crashed, and the next has its own answer."""
    program = """
import sys
sys.stdin.buffer.read()
print('noise{"engine":"sigstore","version":"1","answer":"refuses"}')
print('{"engine":"sigstore","version":"1","answer":"accepts"}')
"""
    monkeypatch.setattr(asking, "_PROGRAM", program)
    answers = WorkerEngines().ask([Asked(b"{}", None, "", None, None, None, (), {})] * 2)
    assert [answer.answer for answer in answers] == ["crashed", "accepts"]


def test_what_a_library_prints_is_no_answer() -> None:
    """Standard output belongs to the answers: whatever else writes to it goes to standard error."""
    program = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from api.engines import worker\n"
        "worker._asking = lambda *_: (os.write(1, b'noise'), print('more'))[:0] or worker.Answer('x', '1', 'accepts')\n"
        "worker.main()\n"
    )
    question = write_questions([Asked(b"{}", None, "", None, None, None, (), {})])
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program], input=question, capture_output=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout)["answer"] == "accepts"


def test_processes_are_started_a_few_times_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PROGRAM", "raise SystemExit(9)")
    answers = WorkerEngines().ask([Asked(b"{}", None, "", None, None, None, (), {})] * 6)
    assert [answer.answer for answer in answers] == ["crashed"] * 6
    assert [answer.detail for answer in answers[asking.PROCESSES :]] == ["4 processes ended before it"] * 2


def test_the_process_has_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", "t0k3n")
    program = "import os, sys; sys.stdin.read(); raise SystemExit(len(os.environ) > 1)"
    monkeypatch.setattr(asking, "_PROGRAM", program)
    [answer] = WorkerEngines().ask([Asked(b"{}", None, "", None, None, None, (), {})])
    assert answer.detail == "its process ended with 0"


def test_evidence_under_certificates_and_under_keys_is_asked_about_each() -> None:
    asked = with_opinions(asked_of("company/a-workflow-and-a-key"), WorkerEngines())
    assert {opinion.engine for opinion in asked.opinions} == {"sigstore", "securesystemslib"}
    assert {opinion.answer for opinion in asked.opinions} == {"accepts"}


def test_a_request_that_cannot_be_judged_asks_nobody() -> None:
    assert questions_of(asked_of("policy/release-missing")) == ()
