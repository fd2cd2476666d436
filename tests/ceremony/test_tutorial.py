"""The ceremony of the tutorial, command by command as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from api.effects.keys.pins import PromptPin
from api.signer.documents import Documents
from api.signer.setup import TRUST
from tests.api.conftest import Program
from tests.api.running import ROOT

PAGE = ROOT / "docs" / "tutorial" / "key-ceremony.md"
COMMANDS = tuple(
    line
    for block in re.findall(r"^```sh\n(.+?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
)


@pytest.mark.usefixtures("home", "quick_keys")
def test_the_tutorial_does_what_it_says(here: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert here.is_dir()
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: "correct horse battery")
    monkeypatch.setattr("api.effects.consent.typed_yes", lambda _question: True)

    shown = []
    for command in COMMANDS:
        name, *words = shlex.split(command)
        ran = program(*words)
        assert (name, ran.code, ran.errors) == ("countersign", 0, b""), command
        shown.append(ran.text)

    assert len(COMMANDS) > 20
    assert "Ann Example" in next(text for text, command in zip(shown, COMMANDS, strict=True) if " check " in command)
    assert "COMPROMISED" in shown[-1]
    assert "2 of 3 sign" in shown[-1]
    current = Documents(here / "data" / "signer" / TRUST).current()
    assert current is not None and current.terms.version == 2
