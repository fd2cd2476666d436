"""Packages of npm and PyPI, as a user checks them: the evidence that a registry serves, and its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.recipes import npm, pypi
from fixtures.recipes.scene import policy_file

from .conftest import Program
from .scene import NOW

LIST = bytes(npm.t11_published_and_built().evidence[0].content)


@pytest.fixture
def package(scene: Path) -> str:
    """The tarball, its attestations and the registry's keys, under the names that they are downloaded as."""
    (scene / npm.PACKAGE.name).write_bytes(npm.PACKAGE.content)
    (scene / "attestations.json").write_bytes(LIST)
    (scene / "keys.json").write_bytes(bytes(npm.REGISTRY.keys()))
    return npm.PACKAGE.name


def test_a_package_passes_under_a_policy(scene: Path, package: str, program: Program) -> None:
    (scene / "npm.toml").write_bytes(policy_file(npm.NPM_POLICY).content)
    asked = ("--policy", "npm.toml", "--release", npm.VERSION, "--trust", "keys.json", "--now", NOW)
    ran = program("verify", package, "-e", "attestations.json", *asked)
    assert (ran.code, ran.errors) == (0, b"")
    refused = program("verify", package, "-e", "attestations.json", *(each.replace("7.1.0", "7.1.1") for each in asked))
    assert refused.code == 1


@pytest.mark.parametrize(("asked", "code"), [(npm.PURL, 0), ("pkg:npm/%40acme/endpoint", 0), ("pkg:npm/endpoint", 1)])
def test_t10_a_package_passes_by_flags_under_the_name_it_was_published_as(
    scene: Path, package: str, program: Program, asked: str, code: int
) -> None:
    flags = ("--key", "keys.json", "--trust", "trusted_root.json", "--package", asked, "--now", NOW)
    ran = program("verify", package, "-e", "attestations.json", *flags, "-q")
    assert ran.code == code


def test_a_registrys_keys_can_be_kept_under_a_name(scene: Path, package: str, program: Program) -> None:
    assert program("trust", "add", "npm", "keys.json").code == 0
    (scene / "npm.toml").write_bytes(policy_file(npm.NPM_POLICY).content)
    asked = ("--policy", "npm.toml", "--release", npm.VERSION, "--now", NOW)
    assert program("verify", package, "-e", "attestations.json", *asked).code == 0


def test_a_manifest_is_shown_for_what_it_is(scene: Path, program: Program) -> None:
    (scene / "manifest.json").write_bytes(bytes(npm.MANIFEST))
    ran = program("inspect", "manifest.json")
    assert ran.code == 0
    assert "npm-manifest" in ran.text
    assert "@acme/endpoint 7.1.0" in ran.text


@pytest.mark.parametrize("suffix", [".publish.attestation", ".provenance"])
def test_a_publication_is_found_beside_its_file(scene: Path, program: Program, suffix: str) -> None:
    provenance = pypi.t05_publication_with_a_null_predicate().evidence[0].content
    (scene / pypi.FILE.name).write_bytes(pypi.FILE.content)
    (scene / f"{pypi.FILE.name}{suffix}").write_bytes(provenance)
    (scene / "pypi.toml").write_bytes(policy_file(pypi.PYPI_POLICY).content)
    ran = program("verify", pypi.FILE.name, "--policy", "pypi.toml", "--release", "7.1.0", "--now", NOW)
    assert ran.code == 0
    assert suffix in ran.text
