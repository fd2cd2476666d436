"""A repository of updates: what is there, what is not, what does not answer, and what no name reaches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from api.effects.kept_metadata import KeptMetadata
from api.effects.repository import DirectoryRepository, HttpRepository, Mirrors, at
from verifier.faults import UpdateFault

from ..receivers import Receiver, Reply


def test_a_directory_serves_its_files_and_none_longer_than_asked_for(tmp_path: Path) -> None:
    (tmp_path / "1.root.json").write_bytes(b"root")
    repository = DirectoryRepository(tmp_path)
    assert repository.fetch("1.root.json", 4) == b"root"
    assert repository.fetch("1.root.json", 3) is None
    assert repository.fetch("2.root.json", 4) is None


def test_t83_no_name_leads_out_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "served").mkdir()
    repository = DirectoryRepository(tmp_path / "served")
    assert [
        repository.fetch(name, 100)
        for name in ("../secret", "..%2Fsecret", str(tmp_path / "secret"), "a%00b", "x" * 300)
    ] == [None] * 5


@pytest.mark.parametrize("role", ["r" * 300, "../root", "a/b", "\N{DIGIT ONE}\n"])
def test_u19_what_is_kept_of_a_role_stands_in_the_directory_whatever_its_name(tmp_path: Path, role: str) -> None:
    kept = KeptMetadata(tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    assert kept.get(role) is None
    kept.put(role, b"metadata")
    assert kept.get(role) == b"metadata"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert [path.is_file() for path in (tmp_path / "kept").iterdir()] == [True]


@pytest.mark.loopback
def test_a_repository_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(UpdateFault) as raised:
        HttpRepository("http://127.0.0.1:1").fetch("timestamp.json", 100)
    assert raised.value.reason == "update.unreachable"


Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@pytest.fixture
def serving() -> Iterator[Callable[[Answer], str]]:
    """Serves every request by a function of the test's, which is told when the test is over; gives the address."""
    over = threading.Event()
    servers: list[ThreadingHTTPServer] = []

    def serve(answer: Answer) -> str:
        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self, over)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name is the library's
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


def answer_with(status: int, body: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _over: threading.Event) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.loopback
def test_a_file_is_served_whole_and_one_that_is_not_there_is_none(serving: Callable[[Answer], str]) -> None:
    assert HttpRepository(serving(answer_with(200, b"root"))).fetch("1.root.json", 4) == b"root"
    assert HttpRepository(serving(answer_with(404, b"no"))).fetch("1.root.json", 4) is None


@pytest.mark.loopback
def test_u09_a_file_without_an_end_is_not_read_further_than_asked_for(serving: Callable[[Answer], str]) -> None:
    def endless(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not over.is_set():
                handler.wfile.write(b"more" * 4096)
        except OSError:
            return

    fed = bytearray()
    repository = HttpRepository(serving(endless))
    assert not repository.stream("timestamp.json", 100_000, fed.extend)
    assert len(fed) <= 100_000


@pytest.mark.loopback
@pytest.mark.parametrize("promptly", [0, 1])
def test_u10_a_server_that_sends_a_byte_now_and_then_has_one_deadline(
    serving: Callable[[Answer], str], promptly: int
) -> None:
    def dripping(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        line = b"HTTP/1.0 200 OK\r\n\r\n" if promptly else b"HTTP/1.0 200 OK\r\nX: "
        handler.wfile.write(line)
        try:
            while not over.wait(0.02):
                handler.wfile.write(b"x")
        except OSError:
            return

    with pytest.raises(UpdateFault) as raised:
        HttpRepository(serving(dripping), seconds=0.3).fetch("timestamp.json", 1000)
    assert (raised.value.reason, "within" in raised.value.detail) == ("update.unreachable", True)


@pytest.mark.loopback
@pytest.mark.parametrize(
    "answer",
    [
        answer_with(500, b""),
        answer_with(302, b"", Location="http://127.0.0.1:1/elsewhere"),
        answer_with(200, b"\x1f\x8b", Content_Encoding="gzip"),
        answer_with(200, b"half", Content_Length="8"),
        answer_with(206, b"part"),
    ],
)
def test_an_answer_that_is_no_file_decides_nothing(serving: Callable[[Answer], str], answer: Answer) -> None:
    with pytest.raises(UpdateFault) as raised:
        HttpRepository(serving(answer)).fetch("timestamp.json", 1000)
    assert raised.value.reason == "update.unreachable"


class Down:
    """A place that does not answer."""

    def fetch(self, name: str, most: int) -> bytes | None:
        raise UpdateFault("update.unreachable", "down")

    def stream(self, name: str, most: int, feed: object) -> bool:
        raise UpdateFault("update.unreachable", "down")


def test_a_mirror_that_is_down_stops_nobody_and_all_of_them_do(tmp_path: Path) -> None:
    (tmp_path / "root").write_bytes(b"root")
    mirrors = Mirrors((Down(), at(f"file:{tmp_path}")))
    assert (mirrors.fetch("root", 4), mirrors.fetch("other", 4)) == (b"root", None)
    with pytest.raises(UpdateFault):
        Mirrors((Down(), Down())).fetch("root", 4)


@pytest.mark.loopback
def test_https_is_to_a_certificate_that_the_machine_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    receiver = Receiver(authority)
    receiver.replies = [Reply(body=b"root")]
    try:
        repository = HttpRepository(f"https://localhost:{receiver.port}/metadata")
        with pytest.raises(UpdateFault) as raised:
            repository.fetch("1.root.json", 4)
        assert (raised.value.reason, "CERTIFICATE_VERIFY_FAILED" in raised.value.detail) == ("update.unreachable", True)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert repository.fetch("1.root.json", 4) == b"root"
    finally:
        receiver.end()
    assert [each.path for each in receiver.received] == ["/metadata/1.root.json"]
    assert not {"cookie", "authorization"} & set(receiver.received[0].headers)
