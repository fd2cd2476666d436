"""A directory as the artifact: one verdict a file, nothing hidden, nothing followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Program
from .scene import BY_POLICY, NAME


@pytest.fixture
def product(scene: Path) -> Path:
    """A directory with the release and its evidence, and nothing else."""
    directory = scene / "product"
    directory.mkdir()
    for name in (NAME, f"{NAME}.sigstore.json"):
        (scene / name).rename(directory / name)
    return directory


def test_a_directory_is_judged_file_by_file_and_its_evidence_is_not_a_product(product: Path, program: Program) -> None:
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code == 0
    assert ran.text.startswith(f"PASSED  product/{NAME}  ")
    assert f"PASSED  1 artifact: 1 PASSED\n  not judged, read as evidence: product/{NAME}.sigstore.json" in ran.text


def test_evidence_given_out_of_the_directory_is_no_product_either(product: Path, program: Program) -> None:
    assert program("verify", "product", "-e", f"./product/{NAME}.sigstore.json", *BY_POLICY).code == 0


def test_one_more_file_in_a_directory_is_one_more_verdict(product: Path, program: Program) -> None:
    (product / "deep").mkdir()
    (product / "deep" / "extra").write_bytes(b"x")
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code == 3
    assert "INCOMPLETE  product/deep/extra" in ran.text


@pytest.mark.parametrize("suffix", [".bundle", ".provenance"])
def test_a_product_does_not_hide_under_the_name_of_evidence(product: Path, program: Program, suffix: str) -> None:
    (product / f"{NAME}{suffix}").write_bytes(b"#!/bin/sh\necho owned\n")
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code != 0
    assert f"product/{NAME}{suffix}  sha256:" in ran.text


def test_t93_a_link_inside_is_named_and_one_that_leads_out_is_an_error(product: Path, program: Program) -> None:
    (product / "latest").symlink_to(NAME)
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code == 0
    assert "not judged, links to what is in the directory: product/latest" in ran.text
    (product / "out").symlink_to("../policy.toml")
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code == 4
    assert "input.link_outside" in ran.text


def test_a_pipe_in_a_directory_is_an_error_and_no_wait(product: Path, program: Program) -> None:
    os.mkfifo(product / "pipe")
    ran = program("verify", "product", *BY_POLICY)
    assert ran.code == 4
    assert "input.not_regular" in ran.text


def test_t62_an_empty_directory_is_nothing_to_verify_and_does_not_pass(scene: Path, program: Program) -> None:
    (scene / "empty").mkdir()
    ran = program("verify", "empty", *BY_POLICY)
    assert (ran.code, ran.text) == (3, "INCOMPLETE  0 artifacts: none\n")
