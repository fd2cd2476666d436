"""The example that the help of each command of `admin` ends with works, on a service with something to do."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from api.cli import main
from api.cli.program import program
from api.serving.composing import stored
from api.serving.settings import Setup
from api.store import identities, tokens
from api.store.identities import Identity
from api.store.tokens import Token
from fixtures.build import VECTORS
from fixtures.recipes.scene import NOW, POLICY, policy_file
from tests.api.test_commands import COMMANDS

from .begun import begun
from .repositories import lay_out_repository

ADMIN = [path for path in COMMANDS if path[:1] == ("admin",) and "ceremony" not in path]
GROUPS = frozenset(path for path in ADMIN if isinstance(COMMANDS[path], click.Group))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a service in it, as examples speak of it, and the files that they name."""
    monkeypatch.chdir(tmp_path)
    setup = begun(tmp_path / "countersign-data")
    (tmp_path / "policy.toml").write_bytes(policy_file(POLICY).content)
    (tmp_path / "vendor.pub.pem").write_bytes((VECTORS / "good" / "key-ed25519" / "key-1.pem").read_bytes())
    (tmp_path / "issuers.toml").write_text(ISSUERS)
    for words in BEFORE:
        assert main(["admin", *words]) == 0
    _keep(setup)
    lay_out_repository(tmp_path)
    return tmp_path


ISSUERS = """
[[issuer]]
kind = "other"
url = "https://ci.example"
audience = "https://countersign.example"
anchors = ["repository_id"]
"""

BEFORE = (
    ("tenant", "new", "acme", "--role", "vendor"),
    ("trust", "publish", "acme", "vendor.pub.pem"),
    ("policy", "publish", "policy.toml"),
    ("backup", "kept"),
)
"""What was done before any of them."""


def _keep(setup: Setup) -> None:
    """A token and an identity of the tenant's by the ids that examples give."""
    with stored(setup) as (database, _), database.writing() as connection:
        token = Token("token-0123456789", "acme", "release jobs", ("vendor",), ("read",), NOW, NOW.replace(year=2100))
        tokens.insert(connection, token, "ab" * 32)
        claims = {"repository_id": "4711"}
        job = Identity("identity-0123456789", "acme", "https://other.example", claims, ("vendor",), ("read",), NOW)
        identities.insert(connection, job)


@pytest.mark.parametrize("path", ADMIN, ids=" ".join)
def test_the_example_of_every_command_works(
    office: Path, capsys: pytest.CaptureFixture[str], path: tuple[str, ...]
) -> None:
    capsys.readouterr()
    assert main([*path, "--help"]) == 0
    _, label, lines = capsys.readouterr().out.rpartition("Example:\n")
    name, *words = shlex.split(lines.replace("\\\n", " "))
    assert (label, name, tuple(words[: len(path)])) == ("Example:\n", "countersign", path)
    code = main(words)
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert path in GROUPS or told.out


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_the_example_of_what_runs_on_is_of_its_flags(name: str) -> None:
    """They are run as walks: `test_walk`."""
    context = program.make_context("countersign", [name, "--help"], resilient_parsing=True)
    command = program.get_command(context, name)
    assert command is not None
    assert command.epilog is not None
    words = shlex.split(command.epilog.rpartition("Example:\n")[2].replace("\\\n", " "))
    assert words[:2] == ["countersign", name]
    assert command.make_context(name, words[2:], parent=context).params
