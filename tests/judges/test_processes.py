"""Confined processes that live on: what they cannot do, whom they serve, and how they end."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.engines import landlock, processes, syscalls
from api.engines.processes import Crashed, Exhausted, Late, Pool

pytestmark = pytest.mark.loopback

SECONDS = 20


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool("tests.judges.works", 1)
    yield made
    made.close()


def told(pool: Pool, words: str, tenant: str = "acme", seconds: float = SECONDS) -> bytes:
    with pool.process(tenant) as process:
        return process.exchange(words.encode(), seconds, lambda question: b"you asked " + question)


def test_a_message_is_answered_and_so_is_a_question_in_between(pool: Pool) -> None:
    assert told(pool, "echo a word") == b"a word"
    assert told(pool, "echo " + "long " * 1_000_000) == b"long " * 1_000_000
    assert told(pool, "ask why") == b"you asked why"


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("connect", b"socket.connect"),
        ("write /tmp/x", b"open"),
        ("start", b"os.system"),
        ("kill", b"os.kill"),
    ],
)
def test_what_a_process_may_not_do_is_refused(pool: Pool, words: str, event: bytes) -> None:
    assert told(pool, words) == event


def test_a_process_has_no_environment_and_no_file_of_ours(pool: Pool, tmp_path: Path) -> None:
    with (tmp_path / "secret").open("wb") as secret:
        os.set_inheritable(secret.fileno(), True)
        assert told(pool, "environment") == b"{'LC_CTYPE': 'C.UTF-8'}"  # the interpreter's own
        names = told(pool, "descriptors").split()
    assert {name.partition(b":")[0] for name in names} <= {b"/dev/null", b"socket"}
    assert sum(name.startswith(b"socket") for name in names) == 1


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_process_reads_no_file_but_those_it_is_made_of(pool: Pool, tmp_path: Path) -> None:
    key = tmp_path / "verdict-key.pem"
    key.write_bytes(b"secret")
    assert told(pool, f"read {landlock.__file__}") == Path(landlock.__file__).read_bytes()
    assert {told(pool, f"read {path}") for path in (key, "/etc/passwd", "/proc/self/environ")} == {b"refused"}


@pytest.mark.skipif(not syscalls.known(), reason="no filter of system calls is known for this machine")
def test_machine_code_in_a_process_reaches_no_socket_of_ours_and_no_other_process(pool: Pool, tmp_path: Path) -> None:
    """The signer's is one: its path is opened by nobody who connects, and lies in no network."""
    with socket.socket(socket.AF_UNIX) as signer:
        signer.bind(str(tmp_path / "signer.sock"))
        signer.listen()
        refused = os.strerror(errno.EPERM).encode()
        assert told(pool, f"reach {tmp_path}/signer.sock") == refused
        assert told(pool, "signal") == refused


def test_a_process_has_a_network_of_its_own_where_the_system_lets_it(pool: Pool) -> None:
    from api.engines.probing import probe

    found = probe()
    assert found is not None
    ours = str(Path("/proc/self/ns/net").readlink()).encode()
    assert (told(pool, "network") != ours) == found.namespace


def test_a_process_serves_one_tenant_alone(pool: Pool) -> None:
    first, again, other = (told(pool, "number", tenant) for tenant in ("acme", "acme", "globex"))
    assert first == again
    assert other != first
    assert told(pool, "number", "acme") not in {first, other}


def test_a_process_is_replaced_when_it_has_done_its_share(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "USES", 3)
    numbers = [told(pool, "number") for _ in range(7)]
    assert [numbers.count(each) for each in dict.fromkeys(numbers)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("words", "seconds", "how"),
    [("die", SECONDS, Crashed), ("dawdle", 0.2, Late), ("spin", SECONDS, Late), ("grow", SECONDS, Exhausted)],
)
def test_a_process_that_is_lost_says_how_and_another_takes_its_place(
    pool: Pool, words: str, seconds: float, how: type[Exception]
) -> None:
    before = told(pool, "number")
    with pytest.raises(how):
        told(pool, words, seconds=seconds)
    assert told(pool, "number") != before


def test_a_template_that_died_is_started_again(pool: Pool) -> None:
    child = int(told(pool, "number"))
    template = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(template, 9)
    with pytest.raises(Crashed):
        told(pool, "die")
    assert told(pool, "echo here") == b"here"


def test_closing_ends_every_process() -> None:
    pool = Pool("tests.judges.works", 2)
    with pool.process("acme"), pool.process("globex") as process:
        number = int(process.exchange(b"number", SECONDS))
        pool.close()
    assert not Path(f"/proc/{number}").exists()
