"""apt in a real run, with a gate: what is good is installed, and what is not is stopped before anything is unpacked."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from api.gate.apt.repair import repair
from api.version import VERSION
from fixtures.recipes.debian import MALLORY
from fixtures.recipes.scene import MOMENT
from fixtures.world.openpgp import certificate

from .conftest import Installer, own
from .machine import FAILS, FOR_EVER, Machine, deb
from .test_installation import put

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
YESTERDAY = datetime.datetime(2026, 3, 14, tzinfo=datetime.UTC)


@pytest.fixture
def machine(tmp_path: Path, install: Installer) -> Machine:
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine(folder, install)


def test_an_interpreter_that_is_broken_stops_apt_and_names_the_repair(machine: Machine) -> None:
    machine.archive.publish(1, deb(machine.archive.folder, "7.1.0"))
    machine.updated()
    put(own(machine.installation).link.resolve() / "bin" / "python3", b"")
    ran = machine.apt("install", "endpoint")
    assert (ran.returncode, machine.version()) == (100, None)
    (line,) = [line for line in ran.stdout.splitlines() if not line.startswith("E: ")]
    assert line.endswith("so apt is stopped; mend it: countersign gate repair")
    list(repair(machine.installation, VERSION))
    assert (machine.apt("install", "endpoint").returncode, machine.version()) == (0, "7.1.0")


@pytest.fixture
def guarded(machine: Machine) -> Machine:
    """One that has the release of hour 10."""
    machine.archive.publish(10, deb(machine.archive.folder, "7.1.0"))
    machine.updated()
    ran = machine.apt("install", "endpoint")
    assert (ran.returncode, machine.version()) == (0, "7.1.0"), ran.stdout
    return machine


def blocked(machine: Machine, *words: str) -> str:
    """What is said where apt is stopped; nothing was unpacked, and nothing accepted."""
    state, version = machine.accepted(), machine.version()
    ran = machine.apt(*words)
    assert ran.returncode == 100, ran.stdout
    assert (machine.accepted(), machine.version()) == (state, version)
    assert "Nothing was unpacked" in ran.stdout
    assert ran.stdout.rstrip().splitlines()[-1].startswith("E: Failure running script")
    return ran.stdout


def test_what_is_good_is_installed_and_accepted(machine: Machine) -> None:
    before = machine.accepted()
    machine.archive.publish(1, deb(machine.archive.folder, "7.1.0"), deb(machine.archive.folder, "2.0", name="driver"))
    machine.updated()
    ran = machine.apt("install", "endpoint", "driver")
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.startswith("ALLOW   all files passed")
    assert (machine.version(), machine.version("driver")) == ("7.1.0", "2.0")
    assert machine.accepted() != before
    assert machine.actions() == ["allow", "accepted"]
    assert not (machine.gate / "state" / "apt-installing.json").exists()


def test_the_next_release_follows_is_put_in_again_and_goes_back_if_the_archive_says_so(guarded: Machine) -> None:
    old, new = guarded.archive.folder / "pool/endpoint_7.1.0_amd64.deb", deb(guarded.archive.folder, "7.2.0")
    guarded.archive.publish(11, old, new)
    guarded.updated()
    assert (guarded.apt("install", "endpoint").returncode, guarded.version()) == (0, "7.2.0")
    assert guarded.apt("install", "--reinstall", "endpoint").returncode == 0
    assert (guarded.apt("install", "--allow-downgrades", "endpoint=7.1.0").returncode, guarded.version()) == (
        0,
        "7.1.0",
    )
    assert guarded.actions() == ["allow", "accepted"] * 4


def test_what_failed_to_install_is_accepted_once_it_is_installed(guarded: Machine) -> None:
    before = guarded.accepted()
    (guarded.root / "fails").touch()
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.2.0", script=FAILS))
    guarded.updated()
    ran = guarded.apt("install", "endpoint")
    assert (ran.returncode, guarded.version()) == (100, "7.2.0")
    assert "not accepted yet: endpoint 7.2.0 not installed" in ran.stdout
    assert guarded.accepted() == before
    (guarded.root / "fails").unlink()
    assert guarded.apt("--fix-broken", "install").returncode == 0
    assert guarded.accepted() != before
    assert guarded.actions() == ["allow", "accepted"] * 2


def test_observing_lets_through_and_accepts_nothing(guarded: Machine) -> None:
    before = guarded.accepted()
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    config = guarded.gate / "gate.toml"
    config.write_text(
        config.read_text().replace("\n[[guard]]", f"observe_until = {until:%Y-%m-%dT%H:%M:%SZ}\n[[guard]]")
    )
    guarded.archive.publish(9, deb(guarded.archive.folder, "7.2.0"))
    guarded.forget_indexes()
    guarded.updated()
    ran = guarded.apt("install", "endpoint")
    assert (ran.returncode, guarded.version()) == (0, "7.2.0"), ran.stdout
    assert "OBSERVED  it is let through" in ran.stdout
    assert "update.rollback" in ran.stdout
    assert (guarded.actions()[-1], guarded.accepted()) == ("block", before)


def test_removing_asks_nobody(guarded: Machine) -> None:
    (guarded.gate / "gate.toml").write_text("damaged")
    ran = guarded.apt("purge", "endpoint")
    assert (ran.returncode, guarded.version()) == (0, None), ran.stdout
    assert guarded.actions() == ["allow", "accepted"]


def test_a_file_of_ones_own_is_held_to_the_same(guarded: Machine, tmp_path: Path) -> None:
    listed = shutil.copy(guarded.archive.folder / "pool/endpoint_7.1.0_amd64.deb", tmp_path / "my own.deb")
    assert guarded.apt("install", "--reinstall", str(listed)).returncode == 0
    (tmp_path / "else").mkdir()
    assert "debian.unlisted" in blocked(guarded, "install", str(deb(tmp_path / "else", "9.0")))


def test_u03_an_older_archive_is_blocked(guarded: Machine) -> None:
    guarded.archive.publish(9, deb(guarded.archive.folder, "7.0.0"))
    guarded.forget_indexes()
    guarded.updated()
    assert "update.rollback" in blocked(guarded, "install", "--allow-downgrades", "endpoint=7.0.0")


def test_u04_u06_an_archive_that_ended_is_blocked_though_apt_was_told_not_to_look(guarded: Machine) -> None:
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.2.0"), until=YESTERDAY)
    assert guarded.apt("update").returncode == 100
    guarded.updated({"Acquire::Check-Valid-Until": "false"})
    said = blocked(guarded, "install", "endpoint", "-o", "Acquire::Check-Valid-Until=false")
    assert "debian.expired" in said
    assert "[client.weakened]" in said


def test_a_package_that_was_tampered_with_is_blocked(guarded: Machine) -> None:
    package = deb(guarded.archive.folder, "7.2.0")
    guarded.archive.publish(11, package)
    guarded.updated()
    package.write_bytes(package.read_bytes().replace(b"7.2.0", b"6.6.6"))
    ran = guarded.apt("install", "endpoint", options={"Acquire::ForceHash": "none"})
    assert (ran.returncode, guarded.version()) == (100, "7.1.0")
    assert "debian.unlisted" in blocked(guarded, "install", "--allow-downgrades", str(package))


def test_u13_an_old_package_under_a_new_label_is_blocked(guarded: Machine) -> None:
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.0.0", called="7.2.0"), version="7.2.0")
    guarded.updated()
    said = blocked(guarded, "install", "endpoint")
    assert "debian.header" in said
    assert "7.0.0" in said


def test_u11_another_products_archive_is_blocked(guarded: Machine) -> None:
    policy = guarded.gate / "endpoint.toml"
    policy.write_text(policy.read_text().replace('codename = "seven"', 'codename = "eight"'))
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.2.0"))
    guarded.updated()
    assert "debian.codename" in blocked(guarded, "install", "endpoint")


def test_u01_an_archive_that_a_stranger_signed_is_blocked_though_apt_trusts_it(guarded: Machine) -> None:
    (guarded.root / "etc/apt/archive.asc").write_bytes(certificate(MALLORY, MOMENT))
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.2.0"), key=MALLORY, until=FOR_EVER)
    guarded.updated()
    assert "signature.invalid" in blocked(guarded, "install", "endpoint")


def test_t84_an_archive_that_nobody_signed_is_held_though_apt_trusts_it(guarded: Machine) -> None:
    sources = guarded.root / "etc/apt/sources.list"
    sources.write_text(f"deb [trusted=yes] file:{guarded.archive.folder} seven main\n")
    guarded.archive.publish(11, deb(guarded.archive.folder, "7.2.0"))
    signed = guarded.archive.folder / "dists/seven/InRelease"
    text = signed.read_text().partition("\n\n")[2].partition("-----BEGIN PGP SIGNATURE")[0]
    signed.with_name("Release").write_text(text)
    signed.unlink()
    guarded.forget_indexes()
    assert guarded.apt("update").returncode == 0
    said = blocked(guarded, "install", "endpoint")
    assert "HOLD" in said
    assert "debian.absent" in said


def test_a_file_that_others_can_change_meanwhile_is_told(guarded: Machine) -> None:
    file = guarded.archive.folder / "pool/endpoint_7.1.0_amd64.deb"
    for changed, mode in ((file, 0o666), (file.parent, 0o777)):
        changed.chmod(mode)
        ran = guarded.apt("install", "--reinstall", "endpoint")
        changed.chmod(0o755)
        assert ran.returncode == 0
        assert "[apt.changeable]" in ran.stdout
        assert f"{mode:04o}" in ran.stdout
