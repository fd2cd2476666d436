"""A dossier: whole, by itself, made at once or not at all, and the same for whoever makes it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from api.effects.files import LocalFiles
from api.usecases.dossier import dossier as make_dossier
from attestations.digests import Digest
from fixtures.recipes.scene import policy_file
from verifier.engine import judge
from verifier.opinions import Opinion
from verifier.record import read_record

from ..values import replace
from .conftest import Program
from .scene import BY_FLAGS, BY_POLICY, NAME, POLICY
from .test_html import ALLOWED, Read, assert_headings_in_order

FILES = LocalFiles()

PARTS = {
    "SHA256SUMS",
    f"evidence/1-{NAME}.sigstore.json",
    "index.html",
    "policy.toml",
    "record.json",
    "repeat.txt",
    "report.html",
    "report.json",
    "report.sarif",
    "report.txt",
    "trust/1-world",
}


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


@pytest.fixture
def dossier(scene: Path, program: Program) -> Path:
    assert program("verify", NAME, *BY_POLICY, "--dossier", "dossier", "-q").code == 0
    return scene / "dossier"


def test_a_dossier_has_every_part(dossier: Path) -> None:
    assert set(contents(dossier)) == PARTS


def test_its_sums_are_of_every_other_file(dossier: Path) -> None:
    files = contents(dossier)
    lines = files.pop("SHA256SUMS").decode().splitlines()
    assert lines == [f"{hashlib.sha256(files[path]).hexdigest()}  {path}" for path in sorted(files)]


def test_its_forms_are_those_of_the_program(dossier: Path, scene: Path, program: Program) -> None:
    """All of one verdict. The evidence is named here, since a dossier does not tell of where it was found."""
    given = ("verify", NAME, *BY_POLICY, "-e", f"{NAME}.sigstore.json")
    assert (dossier / "report.json").read_bytes() + b"\n" == program(*given, "--format", "json").output
    assert (dossier / "report.sarif").read_bytes() == program(*given, "--format", "sarif").output
    assert (dossier / "report.html").read_bytes() == program(*given, "--format", "html").output
    assert (dossier / "report.txt").read_bytes() == program(*given).output
    program(*given, "--record", "record")
    assert (dossier / "record.json").read_bytes() == (scene / "record").read_bytes()


def test_what_was_judged_with_is_in_it_as_it_was_given(dossier: Path, scene: Path) -> None:
    files = contents(dossier)
    assert files[f"evidence/1-{NAME}.sigstore.json"] == (scene / f"{NAME}.sigstore.json").read_bytes()
    assert files["trust/1-world"] == (scene / "trusted_root.json").read_bytes()


def commands(dossier: Path) -> list[list[str]]:
    text = (dossier / "repeat.txt").read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)]


@pytest.mark.parametrize("flags", [BY_POLICY, BY_FLAGS], ids=["policy", "flags"])
def test_its_commands_repeat_it(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    program("verify", NAME, *flags, "--limit", "bundle=8MiB", "--dossier", "dossier", "-q")
    (scene / NAME).rename(scene / "dossier" / NAME)
    monkeypatch.chdir(scene / "dossier")
    summed, *ours = commands(Path())
    if os.name == "posix":
        subprocess.run(summed, check=True, capture_output=True, timeout=60)
    assert [words[:2] for words in ours] == [["countersign", "replay"], ["countersign", "verify"]]
    for words in ours:
        assert program(*words[1:]).code == 0
    verified = json.loads(program(*ours[1][1:], "--format", "json").output)["predicate"]
    original = json.loads(Path("report.json").read_bytes())["predicate"]
    assert (verified["policy"], verified["time"]) == (original["policy"], original["time"])
    assert verified["raisedLimits"] == original["raisedLimits"] == ["bundle=8388608"]


def test_whoever_replays_it_makes_the_same_dossier(dossier: Path, scene: Path, program: Program) -> None:
    ran = program("replay", "dossier/record.json", "--artifact", NAME, "--dossier", "again", "-q")
    assert (ran.code, ran.errors) == (0, b"")
    assert contents(scene / "again") == contents(dossier)


def test_a_record_that_differs_makes_no_dossier(dossier: Path, scene: Path, program: Program) -> None:
    record = json.loads((dossier / "record.json").read_bytes())
    record["now"] = "2026-04-01T00:00:00Z"
    (scene / "altered").write_text(json.dumps(record), encoding="utf-8")
    ran = program("replay", "altered", "--dossier", "again")
    assert (ran.code, ran.reason) == (4, "record.differs")
    assert not (scene / "again").exists()


def test_its_page_says_what_it_means_and_what_not(dossier: Path) -> None:
    read = Read((dossier / "index.html").read_bytes())
    assert {tag for tag, _ in read.elements} <= ALLOWED | {"pre"}
    text = " ".join(read.text.split())
    headings = ("What this means", "What this does not mean", "What nobody looked at")
    assert all(wanted in text for wanted in (*headings, "source review", "replay record.json"))
    assert_headings_in_order(read)
    links = {link["href"] for link in read.all("a")}
    assert links == {"#main", "report.html"}


def test_every_outcome_has_a_dossier(scene: Path, program: Program) -> None:
    """Whoever was refused needs one the most."""
    (scene / NAME).write_bytes(b"altered")
    assert program("verify", NAME, *BY_POLICY, "--dossier", "failed").code == 1
    (scene / f"{NAME}.sigstore.json").unlink()
    assert program("verify", NAME, *BY_POLICY, "--dossier", "incomplete").code == 3
    for name, word in (("failed", "FAILED"), ("incomplete", "INCOMPLETE")):
        assert Read((scene / name / "index.html").read_bytes()).text.strip().startswith(word)
        assert program("replay", f"{name}/record.json", "-q").errors == b""
    assert not any(path.startswith("evidence/") for path in contents(scene / "incomplete"))
    assert "--evidence" not in (scene / "incomplete" / "repeat.txt").read_text(encoding="utf-8")


def test_of_a_digest_alone_there_is_a_dossier(scene: Path, program: Program, dossier: Path) -> None:
    (subject,) = json.loads((dossier / "report.json").read_bytes())["subject"]
    digest = f"sha256:{subject['digest']['sha256']}"
    program("verify", digest, *BY_POLICY, "-e", f"{NAME}.sigstore.json", "--dossier", "by-digest")
    assert commands(scene / "by-digest")[1] == ["countersign", "replay", "record.json"]
    assert "Put the product" not in (scene / "by-digest" / "repeat.txt").read_text(encoding="utf-8")


def test_t99_no_name_chooses_where_a_file_lands(scene: Path, program: Program) -> None:
    hostile = scene / "evidence in"
    hostile.mkdir()
    for name in ("..\\..\\x.json", "con.json", "a b;\u202e$(id).json", "-rf.json", "é" * 60 + ".json"):
        (hostile / name).write_bytes((scene / f"{NAME}.sigstore.json").read_bytes())
    program("verify", NAME, *BY_POLICY, "-e", "evidence in", "--dossier", "dossier")
    names = [path.partition("/")[2] for path in contents(scene / "dossier") if path.startswith("evidence/")]
    assert len(names) == 5
    assert all(re.fullmatch(r"[1-5]-[A-Za-z0-9._-]{1,80}", name) for name in names)


def test_what_could_not_be_judged_has_no_dossier(scene: Path, program: Program) -> None:
    ran = program("verify", "absent", *BY_POLICY, "--dossier", "dossier")
    assert ran.code == 4
    assert "no dossier is written" in ran.error
    assert not (scene / "dossier").exists()


@pytest.mark.parametrize("artifacts", [(NAME, NAME), (".",)])
def test_a_dossier_is_of_one_artifact(scene: Path, program: Program, artifacts: tuple[str, ...]) -> None:
    ran = program("verify", *artifacts, *BY_POLICY, "--dossier", "dossier")
    assert ran.code == 2
    assert "--dossier" in ran.error


def test_nothing_is_added_to_what_is_there(scene: Path, program: Program, dossier: Path) -> None:
    before = contents(dossier)
    ran = program("verify", NAME, *BY_POLICY, "--dossier", "dossier")
    assert (ran.code, ran.output, ran.reason) == (4, b"", "output.not_empty")
    assert contents(dossier) == before
    ran = program("verify", NAME, *BY_POLICY, "--dossier", NAME)
    assert (ran.code, ran.reason) == (4, "output.not_empty")


def test_an_empty_directory_becomes_the_dossier(scene: Path, program: Program) -> None:
    (scene / "dossier").mkdir()
    assert program("verify", NAME, *BY_POLICY, "--dossier", "dossier").code == 0
    assert set(contents(scene / "dossier")) == PARTS


def test_a_dossier_is_there_whole_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Exception, match="no space left") as raised:
        FILES.write_directory("dossier", {"a": b"1", "b/c": b"2", "d": b"3"})
    assert getattr(raised.value, "reason", None) == "output.unwritable"
    assert list(here.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "--dossier", "no/such/place")
    assert (ran.code, ran.output, ran.reason) == (4, b"", "output.unwritable")


def test_another_policy_makes_another_dossier(scene: Path, program: Program, dossier: Path) -> None:
    (scene / "policy.toml").write_bytes(policy_file(POLICY.set("/version", 4)).content)
    program("verify", NAME, *BY_POLICY, "--dossier", "other")
    assert contents(scene / "other")["policy.toml"] != contents(dossier)["policy.toml"]


def test_opinions_that_were_asked_for_are_asked_for_again(scene: Path, program: Program, dossier: Path) -> None:
    request, _ = read_record((dossier / "record.json").read_bytes(), "record.json")
    opinion = Opinion("other", "1", Digest("sha256", "0" * 64), "a", "", "release", "accepts", "")
    asked = replace(request, opinions=(opinion,))
    assert make_dossier(request, judge(request))["repeat.txt"].count(b"--second-opinion") == 0
    assert make_dossier(asked, judge(asked))["repeat.txt"].count(b"--second-opinion") == 1
