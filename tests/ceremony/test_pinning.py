"""A service's trust document, pinned by whoever relies on its verdicts; and verdicts checked by it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.effects.egress import Answer
from api.effects.keys.files import FileSigner
from api.signer.envelopes import Judged, sign_statements
from attestations.trust_documents import Terms
from fixtures.recipes.scene import NOW, RELEASE, TRUST_FILE, policy_file
from tests.api.conftest import Program
from tests.api.running import Ran
from tests.signer.office import NAMED, honest
from verifier.report import render_report
from verifier.trust_documents import begin, fingerprint, verifier_of

from .parties import BASE, START, after, person, root_of, signed, terms, verdict_of

DAY = datetime.timedelta(days=1)
TODAY = "2026-03-14T09:00:00Z"
FIRST = replace(terms(), expires=datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC))
SECOND = after(FIRST, verdict_keys=(replace(FIRST.verdict_keys[0], compromised=START + 20 * DAY), verdict_of("next")))


def told(said: Terms) -> str:
    return str(fingerprint(begin(signed(said, *("ann", "bert", "carl")), source="told")))


def write(name: str, said: Terms, *people: str) -> str:
    Path(name).write_bytes(signed(said, *(people or ("ann", "bert"))))
    return name


@pytest.fixture
def pin(program: Program, here: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """``trust pin``, with nobody at the terminal."""
    assert here.is_dir()
    monkeypatch.setattr("api.effects.consent.typed_yes", lambda _question: False)
    return lambda *words: program("trust", "pin", *words)


@pytest.fixture
def verdict(here: Path) -> Path:
    """The release, its policy, and an honest verdict about it signed by the service's key."""
    (here / RELEASE.name).write_bytes(RELEASE.content)
    (here / "policy.toml").write_bytes(policy_file(NAMED).content)
    return sign_verdict(person("verdicts"))


def sign_verdict(signer: FileSigner) -> Path:
    request, judged = honest()
    signing = Judged(judged, render_report(judged), request.policy, request.release, ("0" * 64,))
    made = sign_statements(signing, signer, verifier_of(BASE, request.policy))
    path = Path("verdict.json")
    path.write_bytes(made.files["verdict.json"])
    return path


def check(program: Program, *more: str) -> Ran:
    about = ("verdict.json", RELEASE.name, "--policy", "policy.toml", "--release", "7.1.0", "--now", TODAY)
    return program("verdict", "check", *about, "--trust-document", "audit.example", *more)


def test_the_first_document_is_pinned_by_the_fingerprint_one_was_told(pin: Callable[..., Ran]) -> None:
    write("1.root.json", FIRST)

    assert pin("1.root.json").reason == "trust_document.unconfirmed"
    assert pin("1.root.json", "--fingerprint", told(replace(FIRST, threshold=3))).reason == "trust_document.fingerprint"
    ran = pin("1.root.json", "--fingerprint", told(FIRST))
    assert (ran.code, ran.text.splitlines()[-1]) == (0, "pinned     audit.example")
    assert told(FIRST) in ran.text
    assert pin("1.root.json").text.splitlines()[-1] == "unchanged     audit.example"


def test_a_typed_yes_pins_what_was_shown(pin: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("api.effects.consent.typed_yes", yes)
    assert pin(write("1.root.json", FIRST), "--as", "audit").code == 0
    assert [told(FIRST) in question for question in asked] == [True]


def test_what_the_pinned_one_vouches_for_needs_no_fingerprint(pin: Callable[..., Ran]) -> None:
    rotated = after(SECOND, roots=dict(map(root_of, ("dora", "emma"))))
    for name, said in (("1", FIRST), ("2", SECOND)):
        write(f"{name}.root.json", said)
    write("3.root.json", rotated, "ann", "bert", "dora", "emma")
    assert pin("1.root.json", "--fingerprint", told(FIRST)).code == 0

    assert pin("3.root.json").reason == "trust_document.version"
    assert pin("2.root.json", "3.root.json").code == 0
    assert pin("2.root.json").reason == "update.unsigned"


def test_a_document_of_somebody_elses_takes_no_pins_place_but_by_its_fingerprint(pin: Callable[..., Ran]) -> None:
    write("1.root.json", FIRST)
    mallory = replace(FIRST, version=2, roots=dict(map(root_of, ("mal", "mallory"))))
    write("2.root.json", mallory, "mal", "mallory")
    assert pin("1.root.json", "--fingerprint", told(FIRST)).code == 0

    assert pin("2.root.json").reason == "update.unsigned"
    assert pin("2.root.json", "--replace").reason == "trust_document.unconfirmed"
    assert pin("1.root.json").code == 0


def test_an_expired_document_is_not_pinned(pin: Callable[..., Ran]) -> None:
    old = replace(FIRST, expires=START)

    assert pin(write("1.root.json", old), "--fingerprint", told(old)).reason == "trust_document.expired"


@pytest.mark.parametrize("name", ["../audit", "Audit", "", "a" * 65])
def test_a_name_is_no_path(pin: Callable[..., Ran], name: str) -> None:
    assert (
        pin(write("1.root.json", FIRST), "--as", name or "/", "--fingerprint", told(FIRST)).reason
        == "trust_document.name"
    )


def test_from_a_url_the_versions_between_are_fetched(pin: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    served: Mapping[str, bytes] = {
        "root.json": signed(after(SECOND), "ann", "bert"),
        "2.root.json": signed(SECOND, "ann", "bert"),
    }
    fetched: list[str] = []

    class Served:
        """The service's own server."""

        def get(self, url: str) -> Answer:
            name = url.removeprefix("https://audit.example/trust/")
            fetched.append(name)
            return Answer(200 if name in served else 404, served.get(name, b""), {})

    monkeypatch.setattr("api.effects.egress.PublicEgress", Served)
    assert pin(write("1.root.json", FIRST), "--fingerprint", told(FIRST)).code == 0
    assert pin("https://audit.example/trust/root.json").code == 0
    assert "2.root.json" in fetched
    assert pin("https://audit.example/trust/none.json").reason == "input.unreadable"
    assert pin("http://audit.example/trust/none.json", "--as", "x").code in (2, 4)


def test_a_verdict_is_checked_by_the_pinned_document(pin: Callable[..., Ran], program: Program, verdict: Path) -> None:
    assert verdict.exists()
    assert check(program).reason == "trust_document.unpinned"
    pin(write("1.root.json", FIRST), "--fingerprint", told(FIRST))

    ran = check(program)
    assert (ran.code, ran.errors) == (0, b"")
    assert told(FIRST) in ran.text
    assert "UNATTENDED" not in ran.text
    assert check(program, "--verifier-id", "https://mallory.example/verifier/x/v1").code == 2
    assert check(program, "--key", "any.pem").code == 2


def test_unattended_keys_are_called_so(pin: Callable[..., Ran], program: Program, verdict: Path) -> None:
    assert verdict.exists()
    alone = replace(FIRST, unattended=True)
    pin(write("1.root.json", alone), "--fingerprint", told(alone))

    assert "UNATTENDED KEYS" in check(program).text


def test_a_verdict_by_a_key_that_was_compromised_fails_whatever_its_date(
    pin: Callable[..., Ran], program: Program, verdict: Path
) -> None:
    pin(write("1.root.json", FIRST), "--fingerprint", told(FIRST))
    assert check(program).code == 0
    pin(write("2.root.json", SECOND))

    ran = check(program)
    assert ran.code == 1
    assert "was compromised" in ran.text
    assert NOW < START + 20 * DAY
    sign_verdict(person("next"))
    assert check(program).code == 0
    assert verdict.exists()


def test_a_verdict_of_a_time_outside_its_keys_window_fails(
    pin: Callable[..., Ran], program: Program, verdict: Path
) -> None:
    assert verdict.exists()
    ended = replace(FIRST, verdict_keys=(replace(FIRST.verdict_keys[0], until=NOW - DAY),))
    pin(write("1.root.json", ended), "--fingerprint", told(ended))

    ran = check(program)
    assert ran.code == 1
    assert "might not sign at that time" in ran.text


def test_the_trust_file_of_the_scene_is_no_trust_document(pin: Callable[..., Ran]) -> None:
    Path("trusted_root.json").write_bytes(TRUST_FILE.content)

    assert pin("trusted_root.json").reason == "json.missing"
