"""What a gate loads before it decides: nothing that one check of a manifest under a pinned key does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import main
from fixtures.fleets import STATE, Fleet

UNUSED = frozenset(
    {"asn1crypto", "asyncio", "cryptography.x509", "email", "fastapi", "http", "in_toto", "json", "logging"}
    | {"multiprocessing", "pydantic", "requests", "rfc3161_client", "rich", "securesystemslib", "shutil", "sigstore"}
    | {"socket", "sqlalchemy", "ssl", "subprocess", "tuf", "urllib.request", "urllib3", "unittest"}
    | {"verifier.certificates.certificate", "verifier.log", "verifier.rooted", "verifier.statement_requirement"}
    | {"verifier.debian_requirement", "verifier.layout.requirement", "verifier.sbom_requirement"}
)
"""None of it is loaded: an update on every machine of a fleet waits for this process to start."""

TELL = "import sys; from api.cli import main; code = main(sys.argv[1:]); print(code, *sys.modules)"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    (tmp_path / "endpoint.exe").write_bytes(b"an endpoint")
    assert main(["gate", "init", "--state", str(tmp_path / STATE)]) == 0
    return Fleet(tmp_path)


def test_a_check_of_a_manifest_loads_what_it_needs_alone(fleet: Fleet) -> None:
    artifact = fleet.folder / "endpoint.exe"
    command = [sys.executable, "-c", TELL, *fleet.check(artifact, fleet.release(712, artifact))]
    ran = subprocess.run(command, check=True, capture_output=True, timeout=60)
    *shown, told = ran.stdout.decode().splitlines()
    code, *loaded = told.split()
    assert (code, shown[-1].split()[0]) == ("0", "ALLOW")
    assert not UNUSED & set(loaded)


def test_the_gate_itself_starts_without_a_command_line() -> None:
    program = "import sys, api.gate.check; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=60)
    assert not (UNUSED | {"click", "platformdirs"}) & set(ran.stdout.decode().split())
