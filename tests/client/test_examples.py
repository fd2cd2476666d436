"""The example that the help of each command of `remote` ends with works, where a service runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from api.cli import main
from fixtures.recipes.scene import POLICY, RELEASE, WORLD, policy_file
from tests.api.test_commands import COMMANDS

from .conftest import Asker

pytestmark = pytest.mark.loopback

REMOTE = [path for path in COMMANDS if path[:1] == ("remote",)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asker: Asker) -> Path:
    """A directory with a release and a policy; the service that it asks trusts the root that the policy names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COUNTERSIGN_SERVICE", asker.served.url)
    monkeypatch.setenv("COUNTERSIGN_TOKEN", asker.token.read_text().strip())
    (tmp_path / RELEASE.name).write_bytes(RELEASE.content)
    (tmp_path / f"{RELEASE.name}.sigstore.json").write_bytes(bytes(RELEASE.bundle()))
    (tmp_path / "policy.toml").write_bytes(policy_file(POLICY).content)
    (tmp_path / "root.json").write_bytes(bytes(WORLD.trusted_root()))
    assert main(["admin", "trust", "publish", "world", "root.json", "--data", str(asker.data)]) == 0
    return tmp_path


def test_the_example_of_every_command_works(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handed_in = ""
    for path in REMOTE[1:]:
        capsys.readouterr()
        assert main([*path, "--help"]) == 0
        lines = capsys.readouterr().out.rpartition("Example:\n")[2].replace("\\\n", " ")
        words = shlex.split(re.sub(r"\bverification-\w+", handed_in, lines))
        assert words[:3] == ["countersign", *path]
        assert main(words[1:]) == 0
        told = capsys.readouterr()
        assert told.out.startswith(f"PASSED  {RELEASE.name}")
        handed_in = "".join(re.findall(r"verification-\w+", told.err)) or handed_in
