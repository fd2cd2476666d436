"""Addresses in evidence: whatever a file names, nothing is fetched, and no token of the user's goes anywhere."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.recipes.scene import RELEASE
from fixtures.world import Document

from .conftest import Program
from .running import run_process
from .scene import BY_POLICY, NAME

TOKENS = {"GITHUB_TOKEN": "t0k3n", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t0k3n", "SIGSTORE_ID_TOKEN": "t0k3n"}
"""What a build machine's environment holds, for a program that would be talked into sending it."""


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, Callable[[], bool]]]:
    """A server's address, and whether anybody has knocked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def knocked() -> bool:
            with contextlib.suppress(BlockingIOError):
                server.accept()[0].close()
                return True
            return False

        yield f"http://127.0.0.1:{server.getsockname()[1]}", knocked


def _in_provenance(address: str) -> Document:
    release = RELEASE.saying("/predicate/runDetails/builder/id", f"{address}/builder")
    release = release.saying("/predicate/runDetails/metadata/invocationId", f"{address}/run")
    release = release.saying("/predicate/buildDefinition/buildType", f"{address}/type")
    dependency = {"uri": f"git+{address}/source", "downloadLocation": f"{address}/source.tar"}
    return release.saying("/predicate/buildDefinition/resolvedDependencies/0", dependency).bundle()


def _as_predicate_type(address: str) -> Document:
    return RELEASE.saying("/predicateType", f"{address}/predicate").bundle()


def _as_key_hint(address: str) -> Document:
    bundle = RELEASE.bundle().drop("/verificationMaterial/certificate")
    return bundle.set("/verificationMaterial/publicKey", {"hint": f"{address}/key.pem"})


def _as_media_type(address: str) -> Document:
    return RELEASE.bundle().set("/mediaType", f"{address}/bundle.json")


NOT_PASSED = {"verify": (1, 3, 4), "inspect": (0, 1)}
"""What either command may answer; to look into a file is no judgement, so it may well succeed."""

EVIDENCE = (_in_provenance, _as_predicate_type, _as_key_hint, _as_media_type)


@pytest.mark.loopback
@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda make: make.__name__.strip("_"))
@pytest.mark.parametrize(
    "command", [("verify", NAME, *BY_POLICY), ("inspect", f"{NAME}.sigstore.json")], ids=lambda c: c[0]
)
def test_t96_an_address_in_evidence_is_never_fetched(
    scene: Path, evidence: Callable[[str], Document], command: tuple[str, ...]
) -> None:
    with listening() as (address, knocked):
        (scene / f"{NAME}.sigstore.json").write_bytes(bytes(evidence(address)))
        ran = run_process(*command, cwd=scene, environment=TOKENS)
        assert ran.code in NOT_PASSED[command[0]]
        assert not knocked()
        assert b"t0k3n" not in ran.output + ran.errors


@pytest.mark.loopback
@pytest.mark.parametrize("flag", ["--policy", "--trust", "--key", "--evidence"])
def test_t97_an_address_in_place_of_a_file_is_a_file_that_is_not_there(
    scene: Path, program: Program, flag: str
) -> None:
    with listening() as (address, knocked):
        flags = (
            (*BY_POLICY[2:], flag, f"{address}/file") if flag == "--policy" else (*BY_POLICY, flag, f"{address}/file")
        )
        ran = program("verify", NAME, *flags)
        assert ran.code in (2, 4)
        assert not knocked()


@pytest.mark.loopback
def test_the_server_would_have_noticed() -> None:
    with listening() as (address, knocked):
        host, port = address.removeprefix("http://").split(":")
        socket.create_connection((host, int(port))).close()
        assert knocked()
