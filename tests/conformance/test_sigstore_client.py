"""The conformance suite's own bundles, asked through its own command line: every case, by file and by digest."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load

CLIENT = Path(__file__).with_name("sigstore-client")

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)


def cases() -> Iterator[Case]:
    folder = unpacked()
    for case in load(folder / "cases.jsonl", folder / "data"):
        if case.id.startswith("sigstore-conformance/") and "inputs" in case.params:
            yield case


def asked(case: Case, artifact: str) -> list[str]:
    params = case.params
    expected = (
        ["--key", str(case.files["key"])]
        if "key" in case.files
        else ["--certificate-identity", params["identity"], "--certificate-oidc-issuer", params["issuer"]]
    )
    root = ["--trusted-root", str(case.files["trusted_root"])]
    return ["verify-bundle", "--bundle", str(case.files["bundle"]), *expected, *root, artifact]


def client() -> Callable[[list[str]], Any]:
    """The client in this process: what it makes of its arguments, handed to our command line."""
    names = runpy.run_path(str(CLIENT), run_name="sigstore_client")
    return lambda given: names["main"](names["countersign"](names["arguments"](given)))


@absent
def test_every_case_by_file_and_by_digest(capsys: pytest.CaptureFixture[str]) -> None:
    run = client()
    wrong = []
    count = 0
    for case in cases():
        for artifact in (str(case.files["artifact"]), f"sha256:{case.params['artifact_sha256']}"):
            count += 1
            passed = run(asked(case, artifact)) == 0
            if passed != (case.expect == "pass"):
                wrong.append((case.id, artifact[:7], capsys.readouterr()))
    assert count >= 50
    assert not wrong


@absent
def test_without_a_trusted_root_the_shipped_one_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    run = client()
    public = [case for case in cases() if case.files["trusted_root"].parent.parent.name == "sigstore+root-signing"]
    assert {case.expect for case in public} == {"pass", "fail"}
    for case in public:
        given = asked(case, str(case.files["artifact"]))
        at = given.index("--trusted-root")
        del given[at : at + 2]
        assert (run(given) == 0) == (case.expect == "pass"), case.id
        if "key" not in case.files:
            in_staging = run([given[0], "--staging", *given[1:]]) == 0
            assert in_staging == ("_staging_ instance" in case.reason), case.id


@absent
@pytest.mark.parametrize("expect", ["pass", "fail"])
def test_the_process_exits_0_or_1(expect: str) -> None:
    case = next(case for case in cases() if case.expect == expect)
    command = [sys.executable, str(CLIENT), *asked(case, str(case.files["artifact"]))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if expect == "pass" else 1)
    assert "Traceback" not in done.stdout + done.stderr


def test_a_wrong_command_line_is_no_pass(tmp_path: Path) -> None:
    run = client()
    assert run(["verify-bundle", "--bundle", str(tmp_path / "absent"), str(tmp_path / "absent")]) != 0


def test_it_can_be_executed() -> None:
    assert os.access(CLIENT, os.X_OK)
