"""Every command's help ends with one example, and the example works."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.cli.program import program as commands
from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from api.effects.trust_source import TufSource
from api.version import VERSION
from fixtures.build import VECTORS
from fixtures.recipes.scene import POLICY, policy_file
from fixtures.world import Document
from verifier.keys import load_pem

from .ceremonies import lay_out_ceremonies
from .conftest import Program
from .running import ROOT
from .scene import BY_POLICY, NAME
from .test_gate import POLICY as GUARDED
from .test_sync import Site
from .test_trust_store import shipped
from .test_tuf import lay_out_repositories
from .tuf_repository import Repository


def _every(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _every(below, *path, name)


COMMANDS = dict(_every(commands))
HELPS = pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "countersign")

SET_UP = 'format = "countersign.gate/1"\nstate = "gate"\n[[guard]]\npolicy = "gate.toml"\n'

OF_A_SERVICE = ("admin", "remote", "serve", "worker")
"""Commands about a service: what they read from the environment says where and who, never what to trust."""

IN_APT = (("gate", "apt"), ("gate", "repair"), ("gate", "init", "apt"))
"""Commands about apt: `tests.apt.test_commands` runs their examples, where there is one."""

STAYING = (("gate", "serve"),)
"""Commands that end when they are told to: `test_gate_serve` runs them."""

WHERE_THINGS_ARE = {"COUNTERSIGN_BLOBS", "COUNTERSIGN_DATA", "COUNTERSIGN_DATABASE", "COUNTERSIGN_ISSUERS"}
WHOM_TO_ASK = {"COUNTERSIGN_SERVICE", "COUNTERSIGN_TENANT", "COUNTERSIGN_TOKEN"}


def example(program: Program, path: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the example that the help of a command ends with."""
    _, label, lines = program(*path, "--help").text.rpartition("Example:\n")
    assert label and "\n\n" not in lines
    name, *words = shlex.split(lines.replace("\\\n", " "))
    assert name == "countersign"
    return tuple(words)


@pytest.fixture
def workshop(scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which every example works, today and on any day."""
    undated = POLICY.set("/trust", {"roots": ["world"]})
    (scene / "policy.toml").write_bytes(policy_file(undated).content)
    (scene / "old.toml").write_bytes(policy_file(undated.set("/version", 2)).content)
    (scene / "vendor.pub.pem").write_bytes((VECTORS / "good" / "key-ed25519" / "key-1.pem").read_bytes())
    assert program("verify", NAME, *BY_POLICY, "--record", "endpoint.record").code == 0
    assert program("trust", "export", "trust.json").code == 0
    repository = Repository(shipped().content)
    original = TufSource.__init__

    def local(self: TufSource, directory: Path) -> None:
        original(self, directory, repository, lambda _name: repository.anchor)

    monkeypatch.setattr(TufSource, "__init__", local)
    lay_out_key(scene, monkeypatch)
    lay_out_verdict(scene, program, undated)
    lay_out_ceremonies(scene, monkeypatch)
    lay_out_gate(scene, program)
    lay_out_waiver(program)
    lay_out_repositories(scene)
    roots = ("--root", "vendor=vendor.json", "--root", "assurer=assurer.json")
    assert program("tuf", "init", "--map", "map.json", "--state", "repositories", *roots).code == 0
    Site(scene)
    assert program("gate", "sync", "--from", "public", "--into", "synced", "--root", "root.json").code == 0
    return scene


def lay_out_key(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key to sign with, and somebody who types its passphrase."""
    made = make_key("ecdsa-p256", "correct horse battery")
    (scene / "release.key").write_bytes(made.private)
    (scene / "release.key.pub").write_bytes(made.public)
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: "correct horse battery")


def lay_out_verdict(scene: Path, program: Program, policy: Document) -> None:
    """A verdict that somebody signed today, and an older one."""
    named = policy.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
    (scene / "named.toml").write_bytes(policy_file(named).content)
    judged = ("verify", NAME, "--policy", "named.toml", "--release", "7.1.0", "-q")
    signing = ("--sign", "release.key", "--verifier-id", "https://audit.example/v1", "--bundle-out", "verdict")
    assert program(*judged, *signing).code == 0
    (scene / "verdict.json").write_bytes((scene / "verdict" / "verdict.json").read_bytes())
    assert program("verify", NAME, *BY_POLICY, "--format", "json", "-o", "old.json").code == 0


def lay_out_gate(scene: Path, program: Program) -> None:
    """A gate that has allowed an update, whose manifest the vendor's key signs."""
    (scene / "endpoint-7.2.0.exe").write_bytes(b"the next release")
    fingerprint = load_pem((scene / "release.key.pub").read_bytes()).fingerprint
    (scene / "gate.toml").write_text(GUARDED.format(fingerprint=fingerprint))
    (scene / "fleet.toml").write_text(SET_UP)
    words = (
        "--vendor",
        "acme",
        "--product",
        "endpoint",
        "--version",
        "7.2.0",
        "--channel",
        "stable",
        "--sequence",
        "713",
    )
    made = ("--key", "release.key", "-o", "endpoint-7.2.0.exe.intoto.jsonl")
    assert program("attest", "manifest", "endpoint-7.2.0.exe", *words, *made).code == 0
    (scene / "incoming").mkdir()
    for name in ("endpoint-7.2.0.exe", "endpoint-7.2.0.exe.intoto.jsonl"):
        (scene / "incoming" / name).write_bytes((scene / name).read_bytes())
    assert program("trust", "add", "acme-releases", "release.key.pub").code == 0
    assert program("gate", "init", "--state", "gate").code == 0
    assert program("gate", "check", "endpoint-7.2.0.exe", "--policy", "gate.toml", "--state", "gate").code == 0


def lay_out_waiver(program: Program) -> None:
    """A waiver that nobody has signed yet."""
    words = ("--policy", "gate.toml", "--reason", "verdict.absent", "--why", "the assurer is down", "-o", "waiver.json")
    assert program("waiver", "new", "endpoint-7.2.0.exe", *words).code == 0


@HELPS
def test_the_help_of_every_command_ends_with_an_example_that_works(
    workshop: Path, program: Program, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...]
) -> None:
    words = example(program, path)
    assert words[: len(path)] == path
    if path[:1] and path[0] in OF_A_SERVICE and path[:2] != ("admin", "ceremony"):
        monkeypatch.setenv("COUNTERSIGN_SERVICE", "https://verdicts.example")
        _check_words(words)  # `tests.serving.test_examples` and `tests.client.test_examples` run them
        return
    if any(path[: len(each)] == each for each in (*IN_APT, *STAYING)):
        _check_words(words)
        return
    ran = program(*words)
    assert (ran.code, ran.errors) == (0, b"")


def _check_words(words: tuple[str, ...]) -> None:
    """A command takes these words."""
    command: click.Command = commands
    context, rest = click.Context(commands, info_name="countersign", **commands.context_settings), list(words)
    while isinstance(command, click.Group):
        below = command.get_command(context, rest[0])
        assert below is not None
        command, context = below, click.Context(below, context, info_name=rest.pop(0))
    assert command.make_context(command.name, rest, parent=context.parent).command is command


@HELPS
def test_every_help_fits_80_columns_and_names_every_option(program: Program, path: tuple[str, ...]) -> None:
    text = program(*path, "--help").text
    assert all(len(line) <= 80 for line in text.splitlines())
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help
            assert all(name in text for name in parameter.opts)


@HELPS
def test_t71_no_option_is_read_from_the_environment(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert "auto_envvar_prefix" not in command.context_settings
    allowed = WHERE_THINGS_ARE | WHOM_TO_ASK if path[:1] and path[0] in OF_A_SERVICE else set()
    read = {str(parameter.envvar) for parameter in command.params if parameter.envvar}
    assert read <= allowed


def test_the_version_is_that_of_the_distribution(program: Program) -> None:
    assert program("--version").text == f"countersign {VERSION}\n"
    assert 'path = "api/version.py"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_reason_can_be_looked_up(program: Program) -> None:
    listed = {line.split()[0] for line in program("explain").text.splitlines() if not line.startswith(" ")}
    assert {"signature.invalid", "input.not_found", "internal.crash"} <= listed
    for code in listed:
        ran = program("explain", code)
        assert ran.code == 0
        assert ran.text.split()[1] == code


def test_a_misspelt_reason_is_met_with_its_neighbours(program: Program) -> None:
    assert "did you mean signature.invalid" in program("explain", "signature.invalide").error


def test_inspecting_says_first_that_nothing_is_verified(scene: Path, program: Program) -> None:
    ran = program("inspect", f"{NAME}.sigstore.json")
    assert ran.code == 0
    assert ran.text.startswith(f"NOT VERIFIED  {NAME}.sigstore.json  sha256:")
    for claim in (
        "https://slsa.dev/provenance/v1",
        NAME,
        "release.yml@refs/tags/v7.1.0",
        "dsse 0.0.1",
        "inclusion proof",
    ):
        assert claim in "".join(ran.text.split()) or claim in ran.text


def test_what_is_shown_of_trust_is_its_name_date_and_digest(scene: Path, program: Program) -> None:
    text = program("trust", "show").text
    for name in ("sigstore", "sigstore-staging", "world"):
        assert f"{name}\n  dated    20" in text
    assert "does not say when" in " ".join(text.split())
    assert program("trust", "show", "acme").code == 4


def test_a_refresh_is_told_and_kept(workshop: Path, program: Program) -> None:
    ran = program("trust", "update")
    assert ran.code == 0
    assert [line.split(",")[0] for line in ran.text.splitlines()] == ["sigstore: unchanged", "sigstore-staging: new"]
    assert "gave it as current" in " ".join(program("trust", "show", "sigstore").text.split())


def test_a_policy_to_begin_with_is_sound(here: Path, program: Program) -> None:
    assert program("policy", "init", "--output", "policy.toml").code == 0
    assert (here / "policy.toml").read_bytes() == program("policy", "init").output
    assert program("verify", "--policy", "policy.toml", "--print-policy").code == 0
