"""The gate's own files under a root: made, compared, mended, and gone without a trace."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from api.gate.apt.environment import check_start
from api.gate.apt.faults import AptFault
from api.gate.apt.installation import Installation
from api.gate.apt.repair import repair, wrong_environment, wrong_hooks
from api.gate.apt.standing import unasked
from api.gate.apt.sums import NAME, check_sums, write_sums
from api.gate.apt.system import apt_configuration, dpkg_directory, dpkg_query
from api.version import VERSION
from attestations.apt_transactions import read_configuration
from attestations.faults import Fault

from .conftest import Installer, begin_root, own


def digest_of(root: Path) -> str:
    """A digest of every name, kind, mode and byte below a root."""
    lines = []
    for path in sorted(root.rglob("*")):
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        lines.append(f"{path.relative_to(root)} {path.lstat().st_mode:o} {hashlib.sha256(content).hexdigest()}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    begin_root(root)
    (root / "etc" / "apt" / "apt.conf.d" / "01theirs").write_text('APT::Install-Recommends "false";\n')
    return root


@pytest.fixture
def installed(root: Path, install: Installer) -> Installation:
    return own(install(root, root / "etc" / "gate.toml"))


def put(path: Path, content: bytes) -> None:
    """Another file in the place of one that is shared."""
    scratch = path.with_name("other")
    scratch.write_bytes(content)
    scratch.chmod(path.stat().st_mode)
    scratch.replace(path)


def launched(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(installation.launcher), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_what_is_installed_starts_and_looks_nowhere_else(original: Installation) -> None:
    environment = original.environment(original.installed().environment)
    check_sums(environment, original.installed().environment)
    check_start(environment)
    ran = launched(original, "--version")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"countersign {VERSION}\n", "")


def test_the_list_of_its_files_is_one_that_sha256sum_reads(original: Installation) -> None:
    environment = original.environment(original.installed().environment)
    ran = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", NAME], cwd=environment, check=False, capture_output=True
    )
    assert (ran.returncode, ran.stdout) == (0, b"")


def test_the_variables_of_who_calls_reach_nothing(original: Installation, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(40)\n")
    (tmp_path / "api.py").write_text("raise SystemExit(40)\n")
    variables = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path), "PYTHONSTARTUP": "x", "PATH": os.defpath}
    command = [str(original.launcher), "--version"]
    ran = subprocess.run(command, env=variables, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert VERSION in ran.stdout


def test_removal_leaves_every_byte_as_it_was(root: Path, install: Installer) -> None:
    before = digest_of(root)
    installation = install(root, root / "gate.toml")
    assert digest_of(root) != before
    installation.remove()
    assert digest_of(root) == before
    with pytest.raises(AptFault) as caught:
        installation.remove()
    assert caught.value.reason == "apt.not_installed"


@pytest.mark.parametrize("name", ["bin/python3", "app/verifier/engine.py"])
def test_a_file_that_changed_is_named_and_mended_from_the_copy(installed: Installation, name: str) -> None:
    file = installed.link.resolve() / name
    put(file, b"raise SystemExit(40)\n")
    (mended,) = repair(installed, VERSION)
    assert mended.fault.reason == "apt.damaged"
    assert str(mended.fault.place) == str(file)
    assert mended.done == "unpacked anew from the copy that was kept"
    assert list(repair(installed, VERSION)) == []


def found(installed: Installation) -> Fault:
    """What is wrong with the environment."""
    fault = wrong_environment(installed, installed.installed())
    assert fault is not None
    return fault


def test_a_file_that_came_is_as_bad_as_one_that_changed(installed: Installation) -> None:
    app = installed.link.resolve() / "app"
    (app / "click.so").write_bytes(b"")
    assert (found(installed).reason, found(installed).expected) == ("apt.damaged", "no such file")
    (app / "click.so").unlink()
    (app / "more").symlink_to("/etc")
    assert found(installed).reason == "apt.damaged"


def test_a_list_that_was_written_anew_does_not_fit_the_name(installed: Installation) -> None:
    environment = installed.link.resolve()
    put(environment / "app" / "verifier" / "engine.py", b"")
    (environment / NAME).unlink()
    write_sums(environment)
    assert str(found(installed).place) == str(environment / NAME)


def test_an_interpreter_that_does_not_start_stops_apt_with_one_line(installed: Installation) -> None:
    put(installed.link.resolve() / "bin" / "python3", b"#!/nowhere\n")
    ran = launched(installed, "gate", "apt", "check")
    assert ran.returncode == 4
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith("countersign: the gate does not answer (code ")
    assert ran.stderr.endswith("mend it: countersign gate repair\n")
    with pytest.raises(AptFault) as caught:
        check_start(installed.link)
    assert caught.value.reason == "apt.no_start"


@pytest.mark.parametrize("answer", [b"raise SystemExit(0)\n", b"import os\nos.kill(os.getpid(), 11)\n", b"1 / 0\n"])
def test_nothing_but_the_gate_itself_answers(installed: Installation, answer: bytes) -> None:
    """An ending of the interpreter's own is no answer, be it 0."""
    put(installed.link.resolve() / "app" / "__main__.py", answer)
    shutil.rmtree(installed.link.resolve() / "app" / "__pycache__")
    ran = launched(installed, "gate", "apt", "check")
    assert (ran.returncode, ran.stderr.count("\n")) == (4, 1)


def test_hooks_that_changed_are_written_anew(installed: Installation) -> None:
    put(installed.launcher, b"#!/bin/sh\nexit 0\n")
    installed.configuration.unlink()
    assert [mended.done for mended in repair(installed, VERSION)] == ["written anew"] * 2
    assert launched(installed, "--version").returncode == 0
    installed.launcher.chmod(0o644)
    (fault,) = wrong_hooks(installed, installed.installed())
    assert fault.detail == "it cannot be executed"


def test_a_copy_that_is_damaged_is_packed_anew(installed: Installation) -> None:
    put(installed.kept(installed.installed().environment), b"\x1f\x8b nothing")
    (mended,) = repair(installed, VERSION)
    assert mended.done == "packed anew from the environment in use, which is whole"


@pytest.mark.parametrize("kept", [None, gzip.compress(b"nothing" * 200, mtime=0)], ids=["absent", "damaged"])
def test_where_all_is_gone_it_is_built_anew(
    installed: Installation, monkeypatch: pytest.MonkeyPatch, kept: bytes | None
) -> None:
    """apt's configuration still says which gate it was."""
    digest = installed.installed().environment
    installed.prefix.rename(installed.root / "gone")
    if kept is not None:
        installed.kept(digest).parent.mkdir(parents=True)
        shutil.copy(installed.root / "gone" / "installed.json", installed.prefix)
        installed.kept(digest).write_bytes(kept)
    monkeypatch.setattr("api.gate.apt.installation.build", lambda directory: _moved(installed, digest, directory))
    (mended, *_) = repair(installed, VERSION)
    assert mended.done.startswith("built anew from the installation that runs now")
    assert installed.installed().config == str(installed.root / "etc" / "gate.toml")
    assert list(repair(installed, VERSION)) == []


def _moved(installed: Installation, digest: str, directory: Path) -> str:
    (installed.root / "gone" / "environments" / digest).rename(directory)
    return digest


def test_an_installation_is_followed_by_the_next(
    installed: Installation, install: Installer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = installed.installed().environment

    def another(directory: Path) -> str:
        directory.parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-al", str(installed.environment(before)), str(directory)], check=True)
        (directory / "app" / "newer").write_bytes(b"")
        (directory / NAME).unlink()
        return write_sums(directory)

    monkeypatch.setattr("api.gate.apt.installation.build", another)
    now = installed.install(tmp_path / "other.toml", VERSION).environment
    assert now != before
    assert [path.name for path in (installed.prefix / "environments").iterdir()] == [now]
    assert [path.name for path in (installed.prefix / "kept").iterdir()] == [f"{now}.tar.gz"]
    assert f"--config {tmp_path / 'other.toml'}" in installed.configuration.read_text()


def test_where_there_is_no_apt_nothing_is_installed(tmp_path: Path) -> None:
    with pytest.raises(AptFault) as caught:
        Installation(tmp_path).install(tmp_path / "gate.toml", VERSION)
    assert caught.value.reason == "apt.absent"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("character", [" ", '"', ";", "$", "\n", "é"])
def test_no_path_becomes_part_of_a_command(root: Path, character: str) -> None:
    with pytest.raises(AptFault) as caught:
        Installation(root).install(Path(f"/etc/a{character}b"), VERSION)
    assert caught.value.reason == "apt.path"


def test_what_is_anothers_is_left_alone(root: Path) -> None:
    (root / "usr/lib/countersign").mkdir()
    (root / "usr/lib/countersign/theirs").write_text("")
    before = digest_of(root)
    for act in (Installation(root).remove, lambda: Installation(root).install(root / "gate.toml", VERSION)):
        with pytest.raises(AptFault) as caught:
            act()
        assert caught.value.reason == "apt.foreign"
    assert digest_of(root) == before


def test_an_installation_that_is_not_whole_is_not_copied(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.gate.apt.environment.PACKAGES", ("nowhere",))
    before = digest_of(root)
    with pytest.raises(AptFault) as caught:
        Installation(root).install(root / "gate.toml", VERSION)
    assert caught.value.reason == "apt.unfit"
    assert not Installation(root).configuration.exists()
    Installation(root).remove()
    assert digest_of(root) == before


def test_a_configuration_that_takes_the_hook_away_is_found_out(installed: Installation) -> None:
    def fault() -> str | None:
        found = unasked(installed, installed.installed(), read_configuration(apt_configuration(installed.root)))
        return found.reason if found is not None else None

    assert fault() is None
    (installed.parts / "zz").write_text("#clear DPkg::Pre-Install-Pkgs;\n")
    assert fault() == "apt.unasked"


def test_a_program_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("api.gate.apt.system._PATH", str(tmp_path))
    with pytest.raises(AptFault) as caught:
        dpkg_query("/var/lib/dpkg")
    assert (caught.value.reason, str(caught.value.place)) == ("apt.program", "dpkg-query")


@pytest.mark.parametrize(
    ("options", "directory"),
    [
        (b"", "/var/lib/dpkg"),
        (b"Dir=/target\n", "/var/lib/dpkg"),
        (b"Dir=/target\nDir::State=state\nDir::State::status=dpkg/status\n", "/target/state/dpkg"),
        (b"RootDir=/target\n", "/target/var/lib/dpkg"),
        (b"Dir::State::Status=/else/dpkg/status\n", "/else/dpkg"),
    ],
)
def test_where_dpkg_keeps_what_is_installed_is_what_apt_takes(options: bytes, directory: str) -> None:
    assert dpkg_directory(read_configuration(options)) == directory
