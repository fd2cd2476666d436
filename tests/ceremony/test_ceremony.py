"""A ceremony walked through by its commands: three people, two of whom must sign; and what goes wrong at one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.effects.clock import SystemClock
from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from api.signer import SignerFault
from api.signer.documents import Documents
from api.signer.setup import TRUST, open_countersigner, prepare, read_settings
from tests.api.conftest import Program
from tests.api.running import Ran
from verifier.trust_documents import fingerprint

BASE = "https://audit.example"
CEREMONY = ("admin", "ceremony")
PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def people(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of four people and of two signers."""
    for name in ("ann", "bert", "carl", "dora", "verdict", "next"):
        key = make_key("ed25519" if name == "carl" else "ecdsa-p256", PASSPHRASE)
        (here / f"{name}.key").write_bytes(key.private)
        (here / f"{name}.key").chmod(0o600)
        (here / f"{name}.key.pub").write_bytes(key.public)
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: PASSPHRASE)


@pytest.fixture
def ceremony(program: Program) -> Callable[..., Ran]:
    """A step of a ceremony, which must succeed."""

    def step(*words: str) -> Ran:
        ran = program(*CEREMONY, *words)
        assert (ran.code, ran.errors) == (0, b""), ran
        return ran

    return step


def draft_of(ran: Ran) -> str:
    (digest,) = re.findall(r"^draft +(sha256:[0-9a-f]{64})$", ran.text, re.MULTILINE)
    return str(digest)


def first_version(ceremony: Callable[..., Ran], *signers: str) -> Path:
    """The first version, in ``one``, with three root keys of whom two sign."""
    ceremony("init", "one", "--base", BASE)
    for name in ("ann", "bert", "carl"):
        ceremony("add-key", "one", f"{name}.key.pub", "--root")
    digest = draft_of(ceremony("add-key", "one", "verdict.key.pub", "--verdict"))
    for name in signers or ("ann", "carl"):
        ceremony("sign", "one", "--key", f"{name}.key", "--person", name, "--draft", digest)
    ceremony("assemble", "one")
    return Path("one/1.root.json")


def refused(program: Program, *words: str) -> str:
    ran = program(*CEREMONY, *words)
    assert ran.code == 4, ran
    return ran.reason


def test_each_signs_at_a_machine_of_their_own_and_the_parts_make_the_document(ceremony: Callable[..., Ran]) -> None:
    ceremony("init", "one", "--base", BASE)
    for name in ("ann", "bert", "carl"):
        ceremony("add-key", "one", f"{name}.key.pub", "--root")
    digest = draft_of(ceremony("add-key", "one", "verdict.key.pub", "--verdict"))
    for name in ("ann", "bert"):
        shutil.copytree("one", f"stick-{name}")
        ceremony("sign", f"stick-{name}", "--key", f"{name}.key", "--person", name.title(), "--draft", digest)
        shutil.copytree(f"stick-{name}/signatures", "one/signatures", dirs_exist_ok=True)

    assert "nobody: it can be assembled" in ceremony("show", "one").text
    ceremony("assemble", "one")
    shown = ceremony("check", "one/1.root.json", "--transcript", "one/transcript.json").text

    assert "2 of 3 sign" in shown
    assert set(re.findall(r"^signed by +(\w+),", shown, re.MULTILINE)) == {"Ann", "Bert"}
    assert "UNATTENDED" not in shown


def test_too_few_make_no_document(ceremony: Callable[..., Ran], program: Program) -> None:
    ceremony("init", "one", "--base", BASE)
    for name in ("ann", "bert", "carl"):
        ceremony("add-key", "one", f"{name}.key.pub", "--root")
    digest = draft_of(ceremony("show", "one"))
    signed = ceremony("sign", "one", "--key", "ann.key", "--person", "Ann", "--draft", digest)

    assert "1 of its own root keys" in signed.text
    assert refused(program, "assemble", "one") == "update.unsigned"
    assert not Path("one/1.root.json").exists()


def test_a_draft_that_somebody_swapped_is_not_signed(ceremony: Callable[..., Ran], program: Program) -> None:
    ceremony("init", "one", "--base", BASE)
    digest = draft_of(ceremony("add-key", "one", "ann.key.pub", "--root"))
    ceremony("add-key", "one", "dora.key.pub", "--root")

    assert (
        refused(program, "sign", "one", "--key", "ann.key", "--person", "A", "--draft", digest)
        == "ceremony.other_draft"
    )


def test_what_somebody_signed_is_changed_no_more(ceremony: Callable[..., Ran], program: Program) -> None:
    ceremony("init", "one", "--base", BASE)
    digest = draft_of(ceremony("add-key", "one", "ann.key.pub", "--root"))
    ceremony("sign", "one", "--key", "ann.key", "--person", "Ann", "--draft", digest)

    assert refused(program, "add-key", "one", "bert.key.pub", "--root") == "ceremony.signed"
    draft = Path("one/draft.json")
    draft.write_bytes(draft.read_bytes().replace(b"audit.example", b"other.example"))
    assert refused(program, "show", "one") == "ceremony.other_draft"


def test_roles_below_the_root_get_keys_and_lose_them(ceremony: Callable[..., Ran], program: Program) -> None:
    ceremony("init", "one", "--base", BASE)
    ceremony("add-key", "one", "ann.key.pub", "--root")
    ceremony("add-key", "one", "dora.key.pub", "--snapshot")
    ceremony("add-key", "one", "dora.key.pub", "--timestamp")
    shown = ceremony("add-key", "one", "carl.key.pub", "--timestamp", "--threshold", "2")

    assert "snapshot     1 of 1 sign" in shown.text
    assert "timestamp    2 of 2 sign" in shown.text
    for words in (("dora.key.pub", "--root"), ("ann.key.pub", "--snapshot"), ("dora.key.pub", "--snapshot")):
        assert refused(program, "add-key", "one", *words) == "ceremony.key"
    left = ceremony("end-key", "one", "dora.key.pub")
    assert "snapshot" not in left.text
    assert "timestamp    2 of 1 sign" in left.text
    ceremony("sign", "one", "--key", "ann.key", "--person", "Ann", "--draft", draft_of(left))
    assert refused(program, "assemble", "one") == "trust_document.key"


def test_a_stranger_signs_nothing_and_no_key_has_two_parts(ceremony: Callable[..., Ran], program: Program) -> None:
    ceremony("init", "one", "--base", BASE)
    digest = draft_of(ceremony("add-key", "one", "ann.key.pub", "--root"))

    assert (
        refused(program, "sign", "one", "--key", "dora.key", "--person", "D", "--draft", digest) == "ceremony.stranger"
    )
    assert refused(program, "add-key", "one", "ann.key.pub", "--verdict") == "ceremony.key"
    assert refused(program, "end-key", "one", "bert.key.pub") == "ceremony.key"


def test_without_the_digest_or_a_typed_yes_nothing_is_signed(
    ceremony: Callable[..., Ran], program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    ceremony("init", "one", "--base", BASE)
    ceremony("add-key", "one", "ann.key.pub", "--root")
    sign = (*CEREMONY, "sign", "one", "--key", "ann.key", "--person", "Ann")
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("api.effects.consent.typed_yes", no)
    assert program(*sign).code == 2
    assert not Path("one/signatures").exists()
    monkeypatch.setattr("api.effects.consent.typed_yes", lambda _question: True)
    assert program(*sign).code == 0
    assert "sha256:" in asked[0]


def test_root_keys_rotate_by_the_old_and_the_new(ceremony: Callable[..., Ran], program: Program) -> None:
    before = first_version(ceremony)
    ceremony("init", "two", "--after", str(before))
    ceremony("end-key", "two", "ann.key.pub")
    digest = draft_of(ceremony("add-key", "two", "dora.key.pub", "--root"))

    ceremony("sign", "two", "--key", "dora.key", "--person", "Dora", "--draft", digest)
    ceremony("sign", "two", "--key", "carl.key", "--person", "Carl", "--draft", digest)
    assert refused(program, "assemble", "two") == "update.unsigned"
    ceremony("sign", "two", "--key", "ann.key", "--person", "Ann", "--draft", digest)
    ceremony("assemble", "two")

    shown = ceremony("check", str(before), "two/2.root.json", "--transcript", "two/transcript.json").text
    assert set(re.findall(r"^signed by +(\w+),", shown, re.MULTILINE)) == {"Ann", "Carl", "Dora"}
    assert refused(program, "check", "two/2.root.json", str(before)) == "update.unsigned"


def test_a_transcript_of_another_ceremony_or_of_too_few_is_refused(
    ceremony: Callable[..., Ran], program: Program
) -> None:
    document = first_version(ceremony)
    ceremony("init", "two", "--after", str(document))
    digest = draft_of(ceremony("show", "two"))
    for name in ("ann", "carl"):
        ceremony("sign", "two", "--key", f"{name}.key", "--person", name, "--draft", digest)
    ceremony("assemble", "two")

    assert refused(program, "check", str(document), "--transcript", "two/transcript.json") == "ceremony.other_draft"
    transcript = json.loads(Path("one/transcript.json").read_bytes())
    transcript["statements"] = transcript["statements"][:1]
    Path("short.json").write_text(json.dumps(transcript))
    assert refused(program, "check", str(document), "--transcript", "short.json") == "ceremony.witnesses"


def test_a_statement_that_was_changed_is_nobodys(ceremony: Callable[..., Ran], program: Program) -> None:
    document = first_version(ceremony)
    transcript = json.loads(Path("one/transcript.json").read_bytes())
    first, second = transcript["statements"]
    first["signatures"], second["signatures"] = second["signatures"], first["signatures"]
    Path("swapped.json").write_text(json.dumps(transcript))

    assert refused(program, "check", str(document), "--transcript", "swapped.json").startswith("signature.")


def test_people_take_over_a_signer_that_nobody_attended(ceremony: Callable[..., Ran]) -> None:
    service = Path("service/signer")
    prepare(service, BASE)
    document = first_version(ceremony)

    ceremony("install", str(document), "--data", "service", "--key", "verdict.key")

    status = open_countersigner(service, SystemClock(), PromptPin()).status()
    assert not status.unattended
    current = Documents(service / TRUST).current()
    assert current is not None
    assert str(fingerprint(current)) in ceremony("check", str(document)).text
    assert prepare(service, BASE) == read_settings(service)
    assert Documents(service / TRUST).current() == current


def test_verdict_keys_rotate_and_a_compromised_one_signs_no_more(ceremony: Callable[..., Ran]) -> None:
    service = Path("service/signer")
    ceremony("install", str(first_version(ceremony)), "--data", "service", "--key", "verdict.key")
    ceremony("init", "two", "--after", "one/1.root.json")
    ceremony("add-key", "two", "next.key.pub", "--verdict")
    digest = draft_of(ceremony("end-key", "two", "verdict.key.pub", "--compromised"))
    for name in ("ann", "bert"):
        ceremony("sign", "two", "--key", f"{name}.key", "--person", name, "--draft", digest)
    ceremony("assemble", "two")

    ceremony("install", "two/2.root.json", "--data", "service")
    with pytest.raises(SignerFault) as refusal:
        open_countersigner(service, SystemClock(), PromptPin())
    assert refusal.value.reason == "signer.key_unlisted"
    ceremony("install", "two/2.root.json", "--data", "service", "--key", "next.key")
    assert open_countersigner(service, SystemClock(), PromptPin()).status().policies == 0


def test_documents_of_another_service_are_not_installed(ceremony: Callable[..., Ran], program: Program) -> None:
    prepare(Path("service/signer"), "https://other.example")
    document = first_version(ceremony)

    install = ("install", str(document), "--data", "service", "--key", "verdict.key")
    assert refused(program, *install) == "trust_document.base"
    assert refused(program, "install", str(document), "--data", "empty") == "ceremony.key"
