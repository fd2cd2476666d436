"""The administrator's tutorial shows what is printed: observe, report, enforce, a bad update, a waiver, a repair."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.effects.clock import SystemClock
from api.effects.keys.pins import PromptPin
from tests.api.conftest import Program, here, home, program
from tests.api.consoles import Console, consoles
from tests.api.running import ROOT

from . import fleet
from .conftest import Installer
from .machine import Machine

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


def damage(machine: Machine) -> None:
    """What somebody did on the page to the gate in apt."""
    machine.installation.launcher.unlink()
    machine.installation.launcher.write_bytes(b"#!/bin/sh\n")


def asked(console: Console, program: Program, machine: Machine) -> Done:
    """Run one command; the machine that is mended is the one in the directory ``machine``."""
    name, *words = console.words
    assert name == "countersign"
    root = ("--root", str(machine.root)) if words == ["gate", "repair"] else ()
    ran = program(*words, *root)
    return console, ran.code, (ran.output + ran.errors).decode().replace(str(machine.root), "")


def walked(desk: Path, program: Program, machine: Machine) -> list[Done]:
    """Every command of the page in its order, and between them what happens there by hand."""
    done: list[Done] = []
    for console in consoles(PAGE):
        again = any(console.words == earlier.words for earlier, _, _ in done)
        if again and "updates/endpoint-7.11.0.msi" in console.words:
            enforce(desk)
        if not again and "repair" in console.words:
            damage(machine)
        done.append(asked(console, program, machine))
    return done


def test_the_tutorial_shows_what_is_printed(desk: Path, program: Program, install: Installer) -> None:
    done = walked(desk, program, Machine(desk, install, "machine"))
    for console, _, printed in done:
        assert printed == console.output, console.words
    assert [(console.words[2], code) for console, code, _ in done if code] == [("check", 1), ("check", 3)]
    journal = map(json.loads, (desk / "state" / "decisions.jsonl").read_bytes().splitlines())
    assert [(line["action"], line.get("observed")) for line in journal] == [
        *(("allow", True), ("accepted", None), ("block", True), ("hold", True)),
        *(("block", False), ("hold", False), ("allow", False), ("accepted", None)),
    ]
