"""What the examples of ceremonies and of trust documents work on."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from api.effects.keys.making import make_key
from api.effects.keys.opening import open_signer
from api.effects.keys.pins import PromptPin
from api.usecases.ceremony import add_root, add_verdict_key, assemble, begin_ceremony, read_draft, sign_draft

BASE = "https://audit.example"


def lay_out_ceremonies(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of two more people; a draft, one that was signed, a document with its transcript; somebody who says yes."""
    monkeypatch.setattr("api.effects.consent.typed_yes", lambda _question: True)
    monkeypatch.setattr("api.signer.running.run", lambda *_given: None)
    for name in ("ann", "bert"):
        made = make_key("ecdsa-p256", "correct horse battery")
        (here / f"{name}.key").write_bytes(made.private)
        (here / f"{name}.key.pub").write_bytes(made.public)
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    year = now + datetime.timedelta(days=365)
    begin_ceremony(here / "draft", BASE, 1, year)
    for name in ("release", "bert"):
        add_root(here / "draft", open_signer(f"{name}.key", PromptPin()).public_key)
    ann = open_signer("ann.key", PromptPin())
    for folder in ("complete", "made"):
        begin_ceremony(here / folder, BASE, 1, year)
        add_root(here / folder, ann.public_key)
        add_verdict_key(here / folder, open_signer("release.key", PromptPin()).public_key, now, None)
        sign_draft(here / folder, "Ann", ann, read_draft(here / folder).digest, now)
    assemble(here / "made")
    for name in ("1.root.json", "transcript.json"):
        (here / name).write_bytes((here / "made" / name).read_bytes())
