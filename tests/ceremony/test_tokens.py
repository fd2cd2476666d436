"""A ceremony at which a root key never leaves its token."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.api.conftest import Program
from tests.api.test_tokens import KEYS, NEEDS_TOKEN, Token, uri

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
