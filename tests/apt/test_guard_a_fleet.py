"""The administrator's tutorial shows what is printed: observe, report, enforce, a bad update, a waiver, a repair."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.effects.clock import SystemClock
from api.effects.keys.pins import PromptPin
from api.gate.apt.installation import Installation
from tests.api.conftest import Program, here, home, program
from tests.api.consoles import Console, consoles
from tests.api.running import ROOT

from . import fleet
from .conftest import Installer, begin_root

__all__ = ("here", "home", "program")

PAGE = ROOT / "docs" / "tutorial" / "guard-a-fleet.md"

Done = tuple[Console, int, str]
"""A console of the page, and what its command came to: the exit code, and what it printed."""


@pytest.fixture
def desk(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's directory at the page's moment, with the page's own files."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: fleet.NOW)
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: fleet.SECRET)
    policy, settings = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (here / "policy.toml").write_text(policy)
    (here / "fleet.toml").write_text(settings)
    fleet.deliver(here)
    return here


def enforce(desk: Path) -> None:
    """What the page has its reader do to the settings."""
    settings = desk / "fleet.toml"
    text, count = re.subn(r"observe_until.*\n", "", settings.read_text())
    assert count == 1
    settings.write_text(text)


def damage(installation: Installation) -> None:
    """What somebody did on the page to the gate in apt."""
    installation.launcher.unlink()
    installation.launcher.write_bytes(b"#!/bin/sh\n")


def asked(console: Console, program: Program, root: Path) -> Done:
    """Run one command; the machine that is mended is the one under `root`."""
    name, *words = console.words
    assert name == "countersign"
    elsewhere = ("--root", str(root)) if words == ["gate", "repair"] else ()
    ran = program(*words, *elsewhere)
    return console, ran.code, (ran.output + ran.errors).decode().replace(str(root), "")


def walked(desk: Path, program: Program, root: Path) -> list[Done]:
    """Every command of the page in its order, and between them what happens there by hand."""
    done: list[Done] = []
    for console in consoles(PAGE):
        again = any(console.words == earlier.words for earlier, _, _ in done)
        if again and "updates/endpoint-7.11.0.msi" in console.words:
            enforce(desk)
        if not again and "repair" in console.words:
            damage(Installation(root))
        done.append(asked(console, program, root))
    return done


def test_the_tutorial_shows_what_is_printed(desk: Path, program: Program, install: Installer) -> None:
    machine = desk / "machine"
    begin_root(machine)
    install(machine, desk / "fleet.toml")
    done = walked(desk, program, machine)
    for console, _, printed in done:
        assert printed == console.output, console.words
    assert [(console.words[2], code) for console, code, _ in done if code] == [("check", 1), ("check", 3)]
    journal = map(json.loads, (desk / "state" / "decisions.jsonl").read_bytes().splitlines())
    assert [(line["action"], line.get("observed")) for line in journal] == [
        *(("allow", True), ("accepted", None), ("block", True), ("hold", True)),
        *(("block", False), ("hold", False), ("allow", False), ("accepted", None)),
    ]
