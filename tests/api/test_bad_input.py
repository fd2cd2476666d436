"""Bad input: one clear line that names the file, the place and the reason; the right exit code; never a traceback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.recipes.scene import HONEST_FILE, POLICY, TRUST_FILE, policy_file

from .conftest import Program
from .running import Ran
from .scene import BY_FLAGS, BY_POLICY, NAME

EVIDENCE = f"{NAME}.sigstore.json"
GARBAGE = bytes(range(256)) * 40
DEEP = b"[" * 1_000_000
HONEST = HONEST_FILE.content

Damage = Callable[[bytes], bytes]

DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "garbage": lambda _: GARBAGE,
    "deep": lambda _: DEEP,
    "deep-object": lambda _: b'{"a":' * 500_000,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-32": lambda data: data.decode().encode("utf-32"),
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "latin-1": lambda data: data[:-2] + b"\xe9" + data[-2:],
    "nulls": lambda data: data + b"\0" * 100,
    "twice": lambda data: data + data,
    "half": lambda data: data[: len(data) // 2],
    "number": lambda _: b"1",
    "null": lambda _: b"null",
    "huge-number": lambda _: b'{"a": ' + b"9" * 10_000 + b"}",
    "infinity": lambda _: b'{"a": 1e400}',
    "surrogate": lambda _: b'{"a": "\\ud800"}',
    "html": lambda _: b"<!DOCTYPE html><html><title>404</title></html>",
}


def _no_traceback(ran: Ran) -> None:
    for text in (ran.output, ran.errors):
        assert b"Traceback" not in text
        assert b"internal.crash" not in text


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_evidence_is_refused_with_its_place_and_reason(scene: Path, program: Program, damage: str) -> None:
    (scene / EVIDENCE).write_bytes(DAMAGES[damage](HONEST))
    ran = program("verify", NAME, *BY_POLICY)
    _no_traceback(ran)
    assert ran.code in (1, 3, 4)
    reasons = re.findall(r"^  (?:failed|error|missing)\s+([a-z0-9]+\.[a-z0-9_]+)", ran.text, re.MULTILINE)
    assert reasons, ran.text


@pytest.mark.parametrize("damage", DAMAGES)
def test_inspecting_damaged_evidence_says_why_it_cannot_be_read(scene: Path, program: Program, damage: str) -> None:
    (scene / EVIDENCE).write_bytes(DAMAGES[damage](HONEST))
    ran = program("inspect", EVIDENCE)
    _no_traceback(ran)
    assert ran.text.startswith("NOT VERIFIED  ")
    if ran.code == 0:
        assert b"bundle" not in ran.output
    else:
        assert re.search(r"error\s", ran.text)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_policy_is_one_line_and_an_error(scene: Path, program: Program, damage: str) -> None:
    (scene / "policy.toml").write_bytes(DAMAGES[damage](policy_file(POLICY).content))
    ran = program("verify", NAME, *BY_POLICY)
    _no_traceback(ran)
    assert (ran.code, ran.output) == (4, b"")
    assert re.match(r"countersign: policy\.toml[@#:].* \[(policy\.[a-z_]+|limit\.policy)\] .+", ran.error)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_trust_root_is_never_trusted(scene: Path, program: Program, damage: str) -> None:
    (scene / "trusted_root.json").write_bytes(DAMAGES[damage](TRUST_FILE.content))
    ran = program("verify", NAME, *BY_FLAGS)
    _no_traceback(ran)
    assert ran.code == 4


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_one_line_and_an_error(scene: Path, program: Program, damage: str) -> None:
    assert program("verify", NAME, *BY_POLICY, "--record", "record").code == 0
    (scene / "record").write_bytes(DAMAGES[damage]((scene / "record").read_bytes()))
    ran = program("replay", "record")
    _no_traceback(ran)
    assert (ran.code, ran.output) == (4, b"")
    assert re.match(r"countersign: record.* \[(record|limit)\.[a-z_]+\] .+", ran.error)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_trust_material_is_kept_out_and_what_is_held_stays(scene: Path, program: Program, damage: str) -> None:
    held = program("trust", "show", "world").text
    assert program("trust", "export", "carried.json", "world").code == 0
    (scene / "carried.json").write_bytes(DAMAGES[damage]((scene / "carried.json").read_bytes()))
    ran = program("trust", "import", "carried.json")
    _no_traceback(ran)
    assert (ran.code, ran.output) == (4, b"")
    assert re.match(r"countersign: carried\.json[@#:].* \[[a-z]+\.[a-z_]+\] .+", ran.error)
    assert program("trust", "show", "world").text == held


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_evidence_cut_off_anywhere_is_refused_at_its_end(scene: Path, program: Program, share: float) -> None:
    end = int(len(HONEST) * share)
    (scene / EVIDENCE).write_bytes(HONEST[:end])
    ran = program("verify", NAME, *BY_POLICY)
    assert ran.code == 1
    assert "json.malformed" in ran.text
    assert re.search(rf"at\s+{re.escape(EVIDENCE)}@\d+", ran.text)


@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        ("policy", ("verify", NAME, "--policy", "{}")),
        ("evidence", ("verify", NAME, *BY_POLICY, "-e", "{}")),
        ("trust", ("verify", NAME, *BY_POLICY, "--trust", "{}")),
        ("key", ("verify", NAME, "--key", "{}")),
        ("record", ("replay", "{}")),
        ("inspected", ("inspect", "{}")),
        ("linted", ("policy", "lint", "{}")),
        ("added", ("trust", "add", "acme", "{}")),
        ("imported", ("trust", "import", "{}")),
    ],
)
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("no/such/file", "input.not_found"),
        ("directory", "input.directory"),
        ("pipe", "input.not_regular"),
        ("/dev/zero", "input.not_regular"),
        ("huge", "limit."),
        ("x" * 300, "input.unreadable"),
    ],
)
def test_a_file_that_is_none_is_named_with_its_reason(
    scene: Path, program: Program, role: str, arguments: tuple[str, ...], path: str, reason: str
) -> None:
    (scene / "directory").mkdir()
    os.mkfifo(scene / "pipe")
    with (scene / "huge").open("wb") as file:
        file.truncate(1 << 40)
    if (role, path) == ("evidence", "directory"):
        path, reason = "directory/pipe", "input.not_regular"
        os.mkfifo(scene / path)
    ran = program(*(argument.format(path) if argument == "{}" else argument for argument in arguments))
    assert (ran.code, ran.output) == (4, b"")
    assert ran.error.startswith(f"countersign: {path}: ")
    assert f"[{reason}" in ran.error


def test_t99_a_hostile_name_reaches_the_line_as_text(scene: Path, program: Program) -> None:
    ran = program("inspect", "\x1b]0;owned\x07\u202efdp.exe")
    assert ran.error.startswith("countersign: \\x1b]0;owned\\x07\\u202efdp.exe: no such file or directory ")


def test_a_policy_in_a_directory_that_is_a_file_says_so(scene: Path, program: Program) -> None:
    assert program("verify", NAME, "--policy", f"{NAME}/policy.toml").reason == "input.not_found"


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify",),
        ("verify", NAME),
        ("verify", "--identity", "a", "--issuer", "b"),
        ("verify", NAME, "--policy", "policy.toml", "--identity", "a"),
        ("verify", NAME, *BY_POLICY, "--print-policy"),
        ("verify", NAME, *BY_POLICY, "--now", "2026-03-14"),
        ("verify", NAME, *BY_POLICY, "--now", "2026-03-14T09:00:00+00:00"),
        ("verify", NAME, *BY_POLICY, "--now", "2026-03-14T09:00:00z"),
        ("verify", NAME, *BY_POLICY, "--now", "2026-02-30T09:00:00Z"),
        ("verify", NAME, *BY_POLICY, "--limit", "bundle"),
        ("verify", NAME, *BY_POLICY, "--limit", "bundle=8MB"),
        ("verify", NAME, *BY_POLICY, "--limit", "everything=1"),
        ("verify", NAME, *BY_POLICY, "--limit", f"bundle={1 << 23}GiB"),
        ("verify", NAME, *BY_POLICY, "--format", "xml"),
        ("verify", NAME, *BY_POLICY, "--no-such-flag"),
        ("verify", NAME, "--identity", "a"),
        ("verify", NAME, "--issuer", "https://b.example"),
        ("verify", NAME, "--identity", "a", "--issuer", "b"),
        ("verify", NAME, "--source", "git+https://github.com/acme/endpoint"),
        ("verify", NAME, "--identity", "a", "--issuer", "https://b.example", "--commit", "abc"),
        ("policy", "init", "--identity", "a"),
        ("replay",),
        ("inspect",),
        ("explain", "no.such_reason"),
        ("explain", "signature.invalide"),
        ("no-such-command",),
        ("policy", "no-such-command"),
        ("trust", "add", "acme"),
        ("trust", "import", "trust.json", "--fingerprint", "sha256:abc"),
        ("verdict", "check", "v.json", "--key", "k", "--verifier-id", "https://a.example", "--policy-digest", "abc"),
    ],
)
def test_a_wrong_command_line_is_one_line_that_says_where_help_is(
    scene: Path, program: Program, arguments: tuple[str, ...]
) -> None:
    ran = program(*arguments)
    assert (ran.code, ran.output) == (2, b"")
    assert re.match(r"countersign: .+ \(see: countersign.* --help\)$", ran.error)


def test_a_flag_that_makes_no_policy_is_named(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, "--identity", "a", "--issuer", "https://b.example", "--commit", "abc")
    assert ran.error.startswith("countersign: --commit: not a commit id")
    assert ran.reason == "policy.value"


def test_trust_material_that_cannot_be_written_is_an_error(scene: Path, program: Program) -> None:
    assert program("trust", "export", "no/such/directory/file").reason == "output.unwritable"
    assert program("trust", "export", "carried.json", "nobody").reason == "trust.name_unknown"
    assert not (scene / "carried.json").exists()


@pytest.mark.parametrize("flag", ["-o", "--record"])
def test_where_a_result_cannot_go_is_said_before_the_work(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    monkeypatch.setattr("api.usecases.verify.judge", None)
    ran = program("verify", NAME, *BY_POLICY, flag, "no/such/directory/file")
    assert (ran.code, ran.reason) == (4, "output.unwritable")
    assert not list(scene.glob(".countersign-*"))
