"""Root keys and verdict keys that never leave their token."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.effects.keys.making import make_key
from api.effects.keys.pins import DescriptorPin, PromptPin
from api.signer import SignerClient
from api.signer.published import Published, verifier_id
from api.signer.server import Server
from api.signer.setup import PUBLISHED, SOCKET, open_countersigner
from fixtures.recipes.scene import NOW
from tests.api.conftest import Program
from tests.api.test_tokens import KEYS, NEEDS_TOKEN, PIN, Token, uri
from tests.signer.office import SetClock, asking, honest

from .test_ceremony import CEREMONY, draft_of


@NEEDS_TOKEN
@pytest.mark.parametrize("kind", ["p256", "ed25519", "rsa"])
def test_a_root_key_in_a_token_signs_the_draft_and_the_statement(here: Path, program: Program, kind: str) -> None:
    token, key = Token(here), KEYS[kind]()
    token.keep(key, "ann", "a1")
    Path("ann.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert program(*CEREMONY, "init", "one", "--base", "https://audit.example", "--threshold", "1").code == 0
    digest = draft_of(program(*CEREMONY, "add-key", "one", "ann.pub", "--root"))

    signing = (*CEREMONY, "sign", "one", "--key", uri("token=acme;object=ann"), "--person", "Ann", "--draft", digest)
    assert token.run(*signing).code == 0
    assert program(*CEREMONY, "assemble", "one").code == 0
    ran = program(*CEREMONY, "check", "one/1.root.json", "--transcript", "one/transcript.json")
    assert (ran.code, "signed by    Ann" in ran.text) == (0, True)


@NEEDS_TOKEN
@pytest.mark.loopback
def test_a_verdict_key_in_a_token_signs_for_many_at_once(
    here: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, key = Token(here), KEYS["p256"]()
    token.keep(key, "verdicts", "b1")
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    Path("verdicts.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: "correct horse battery")
    ann = make_key("ecdsa-p256", "correct horse battery")
    Path("ann.key").write_bytes(ann.private)
    Path("ann.pub").write_bytes(ann.public)
    program(*CEREMONY, "init", "one", "--base", "https://audit.example", "--threshold", "1")
    program(*CEREMONY, "add-key", "one", "ann.pub", "--root")
    since = ("--from", "2026-03-01T00:00:00Z")
    digest = draft_of(program(*CEREMONY, "add-key", "one", "verdicts.pub", "--verdict", *since))
    program(*CEREMONY, "sign", "one", "--key", "ann.key", "--person", "Ann", "--draft", digest)
    program(*CEREMONY, "assemble", "one")
    install = ("install", "one/1.root.json", "--data", "data", "--key", uri("token=acme;object=verdicts"))
    assert program(*CEREMONY, *install).code == 0

    request, verdict = honest()
    published = Published(here / "data" / "signer" / PUBLISHED)
    published.publish_policy(request.policy, verifier_id("https://audit.example", request.policy))
    for file in request.trust:
        published.publish_trust(file.name, file.content, file.dated)
    reading, writing = os.pipe()
    os.write(writing, PIN)
    os.close(writing)
    signer = open_countersigner(here / "data" / "signer", SetClock(NOW), DescriptorPin(reading))
    os.close(reading)
    with Server(signer, here / "data" / "signer" / SOCKET), ThreadPoolExecutor(8) as pool:
        client = SignerClient(here / "data" / "signer" / SOCKET)
        signed = list(pool.map(lambda _number: client.sign(asking(request, verdict)), range(40)))
    assert len({each.key for each in signed}) == 1
    assert not signed[0].unattended
