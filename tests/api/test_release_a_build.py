"""The release engineer's tutorial shows what is printed, with its key in a token and with the same key in a file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat

from fixtures.recipes.scene import RELEASE

from .consoles import consoles
from .running import ROOT, Ran
from .test_tokens import MODULE, NEEDS_TOKEN, PIN, Token

PAGE = ROOT / "docs" / "tutorial" / "release-a-build.md"
KEY = ec.derive_private_key(int.from_bytes(b"release a build"), ec.SECP256R1())


def by_file(here: Path, *words: str) -> Ran:
    """The program, which reads the passphrase from its standard input where it opens the key."""
    words = tuple("release.key" if word.startswith("pkcs11:") else word for word in words)
    opening = ("--pin-fd", "0") if "release.key" in words else ()
    known = {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PATH": ""}
    command = [sys.executable, "-m", "countersign", *words, *opening]
    ran = subprocess.run(command, cwd=here, env=known, input=PIN, capture_output=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize("place", ["file", pytest.param("token", marks=NEEDS_TOKEN)])
def test_the_tutorial_shows_what_is_printed(here: Path, place: str) -> None:
    (here / RELEASE.name).write_bytes(RELEASE.content)
    (policy,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (here / "policy.toml").write_text(policy)
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (here / "release.pub").write_bytes(public)
    token = Token(here) if place == "token" else None
    if token:
        token.keep(KEY, "release", "a1")
    else:
        (here / "release.key").write_bytes(
            KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PIN))
        )
        (here / "release.key").chmod(0o600)
    shown = tuple(consoles(PAGE))
    assert len(shown) == 5
    for console in shown:
        name, *shown_words = console.words
        words = [re.sub(r"module-path=\S+", f"module-path={MODULE}", word) for word in shown_words]
        opening = any(word.startswith("pkcs11:") for word in words)
        ran = token.run(*words) if token and opening else by_file(here, *words)
        assert name == "countersign"
        assert (ran.output + ran.errors).decode().rstrip("\n") == console.output.rstrip("\n")
