"""The data directory: its owner's alone, one service at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.effects.faults import OutputFault
from api.serving.directory import ServiceDirectory, write_private
from api.serving.faults import ServingFault
from api.serving.running import bound
from api.serving.settings import Listening, Setup

from .begun import begun

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def directory(tmp_path: Path) -> ServiceDirectory:
    made = ServiceDirectory(tmp_path / "data")
    made.make()
    return made


def test_all_that_is_in_it_is_its_owners_alone(directory: ServiceDirectory) -> None:
    write_private(directory.operator_token, b"cs_\n")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (directory.path, *directory.path.rglob("*"))}
    assert modes == dict.fromkeys(("data", "blobs", "uploads", "signer", "tokens"), 0o700) | {"operator": 0o600}


def test_one_that_others_may_look_into_is_refused(directory: ServiceDirectory) -> None:
    directory.path.chmod(0o750)
    with pytest.raises(ServingFault) as raised:
        directory.make()
    assert (raised.value.reason, raised.value.actual) == ("service.data_open", "mode 750")


def test_a_second_service_on_it_is_refused_until_the_first_has_ended(directory: ServiceDirectory) -> None:
    with directory.locked():
        with pytest.raises(ServingFault) as raised, directory.locked():
            pass
        assert raised.value.reason == "service.data_in_use"
    with directory.locked():
        pass


def test_a_killed_service_holds_nothing(directory: ServiceDirectory) -> None:
    program = (
        "import sys; from pathlib import Path; from api.serving.directory import ServiceDirectory\n"
        "with ServiceDirectory(Path(sys.argv[1])).locked(): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(directory.path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ServingFault) as raised, directory.locked():
            pass
        assert raised.value.actual == f"process {holder.pid}"
        holder.kill()
        holder.wait(30)
    with directory.locked():
        pass


@pytest.mark.loopback
def test_an_address_that_is_taken_is_refused() -> None:
    with bound(Listening(port=0)) as first, pytest.raises(ServingFault) as raised:
        first.listen()
        with bound(Listening(port=first.getsockname()[1])):
            pass
    assert raised.value.reason == "service.address"


def test_the_small_form_is_one_directory() -> None:
    setup = Setup(Path("/srv/a b"))
    assert (setup.database_url, setup.blobs_url) == ("sqlite:////srv/a b/countersign.sqlite", "file:///srv/a%20b/blobs")
    large = Setup(Path("/srv"), "postgresql://db/countersign", "s3://verdicts/blobs")
    assert (large.database_url, large.blobs_url) == ("postgresql://db/countersign", "s3://verdicts/blobs")
    assert (setup.embedded, large.embedded) == (True, False)


def test_a_first_start_that_is_cut_off_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the token is to be written: no operator without a token that somebody has."""

    def full(path: Path, content: bytes) -> None:
        raise OutputFault("output.unwritable", "cannot be written: no space left on device")

    with monkeypatch.context() as patched, pytest.raises(OutputFault):
        patched.setattr("api.serving.beginning.write_private", full)
        begun(tmp_path / "data")
    directory = begun(tmp_path / "data").directory
    assert directory.operator_token.read_text().startswith("cs_")
