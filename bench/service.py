"""The service under load: verdicts and looks at them over HTTP, against the same work without a service around it.

A `countersign serve` of its own for each setting, embedded, with everything on: trail, both transactions on the disk,
judges in processes of their own, the signer in another, each verdict signed. The clients share this machine's
processors with it: what they take is counted against the service.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, structs

from api.effects.clock import SystemClock
from tests.api.running import run_process
from tests.serving.processes import Served, children, serving
from verifier.engine import judge
from verifier.policy.model import Policy, Product
from verifier.policy.plain import digest as policy_digest
from verifier.policy.toml import to_toml
from verifier.request import Request

from .rows import Budget, Row

CLIENTS = 8
"""Connections that ask at once."""

ROUNDS, VERDICTS, LOOKS = 3, 100, 1000
"""Rounds of which the best counts; verdicts, and looks at one, in a round."""

MORE = 500
"""Verdicts between two looks at the memory."""

LARGE, SMALL = 512 * 1024 * 1024, 1024 * 1024
"""Bytes of the artifacts that are uploaded."""


class Asked(Struct, frozen=True):
    """What clients send: the service's address, a token, and the bodies of requests for verdicts."""

    url: str
    token: str
    bodies: tuple[bytes, ...]


def rows(requests: Sequence[Request]) -> Iterator[Row]:
    """Verdicts a second by one judge, by two, and with a second opinion; looks at a verdict; memory; bytes."""
    requests = [under_a_policy(request) for request in requests[:VERDICTS]]
    alone = len(requests) / best(lambda: [judge(request) for request in requests])
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder) / "one", requests, "--no-second-opinion") as (one, asked):
            rate = verdicts_a_second(asked, requests)
            yield Row(_POST, rate, "verdicts/s", alone, Budget(0.6, at_least=True))
            yield from _looks(asked)
            yield from _costs(one, asked, Path(folder) / "one", alone)
        with served(Path(folder) / "two", requests, "--no-second-opinion", "--judges", "2") as (_, asked):
            yield Row("two judges against one", verdicts_a_second(asked, requests), "verdicts/s", rate, None)
        with served(Path(folder) / "opinion", requests) as (_, asked):
            yield Row(
                "with a second opinion, against without", verdicts_a_second(asked, requests), "verdicts/s", rate, None
            )


_POST = "POST /v1/verifications, waited for: rate against judging the same in process"


def under_a_policy(request: Request) -> Request:
    """The request under the policy that is published, at this moment."""
    product = Product(request.policy.signers[0].group, "endpoint", resource="pkg:generic/endpoint@7.1.0")
    policy = structs.replace(request.policy, id="https://policies.example/bench", product=product)
    return structs.replace(request, policy=policy, now=SystemClock().now())


@contextlib.contextmanager
def served(data: Path, requests: Sequence[Request], *flags: str) -> Iterator[tuple[Served, Asked]]:
    """A service that knows the policy and the trust root of `requests`, and what its clients send."""
    policy, trust = requests[0].policy, requests[0].trust[0]
    files = {"policy.toml": to_toml(policy).encode(), "root.json": trust.content}
    for name, content in files.items():
        data.with_name(name).write_bytes(content)
    with serving(data, *flags) as running:
        for words in (("trust", "publish", trust.name, "root.json"), ("policy", "publish", "policy.toml")):
            ran = run_process("admin", *words, "--data", str(data), cwd=data.parent)
            if ran.code:
                raise ValueError(ran.error)
        assert running.token is not None
        bodies = tuple(_body(request, policy) for request in requests)
        yield running, Asked(running.url, running.token, bodies)


def _body(request: Request, policy: Policy) -> bytes:
    artifact = request.artifact.digests.get("sha256")
    assert artifact is not None
    (evidence,) = request.evidence
    tree = {
        "artifact": {"sha256": artifact.hex, "name": request.artifact.name},
        "evidence": [{"name": evidence.name, "content": b64encode(evidence.content).decode("ascii")}],
        "policy": {"digest": policy_digest(policy).hex},
    }
    return json.dumps(tree).encode("ascii")


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds that `work` took at best, after one run that does not count."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def verdicts_a_second(asked: Asked, requests: Sequence[Request]) -> float:
    """At best, with all of `requests` asked by `CLIENTS` at once and waited for."""
    return len(requests) / best(lambda: ask_for_verdicts(asked))


def ask_for_verdicts(asked: Asked) -> None:
    """A new verification of each body, waited for."""
    headers = {"Content-Type": "application/json", "Prefer": "wait=30"}

    def ask(connection: HTTPConnection, body: bytes) -> None:
        key = {"Idempotency-Key": os.urandom(16).hex()}
        answered(connection, "POST", "/v1/verifications", asked.token, body, headers | key)

    together(asked, ask, asked.bodies)


def together(asked: Asked, ask: Callable[[HTTPConnection, bytes], None], bodies: Sequence[bytes]) -> None:
    """Each of `bodies` once, over `CLIENTS` connections that stay open."""

    def client(number: int) -> None:
        with contextlib.closing(HTTPConnection(urlsplit(asked.url).netloc)) as connection:
            for body in bodies[number::CLIENTS]:
                ask(connection, body)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))


def answered(
    connection: HTTPConnection,
    method: str,
    path: str,
    token: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The body of an answer, which must be a good one and final, else its time means nothing."""
    connection.request(method, path, body, {"Authorization": f"Bearer {token}", **(headers or {})})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise ValueError(f"{answer.status}: {content[:500]!r}")
    return content


def _looks(asked: Asked) -> Iterator[Row]:
    """A verdict by its artifact's digest, against an answer that is always the same."""
    sha256 = json.loads(asked.bodies[0])["artifact"]["sha256"]
    paths = (f"/v1/artifacts/{sha256}/verdicts?size=1", "/healthz")
    rates = []
    for path in paths:
        look = partial(_look, asked, path)
        rates.append(LOOKS / best(partial(together, asked, look, (b"",) * LOOKS)))
    yield Row(
        "GET a verdict by digest: rate against a constant answer",
        rates[0],
        "answers/s",
        rates[1],
        Budget(0.5, at_least=True),
    )


def _look(asked: Asked, path: str, connection: HTTPConnection, _body: bytes) -> None:
    answered(connection, "GET", path, asked.token)


def _costs(running: Served, asked: Asked, data: Path, alone: float) -> Iterator[Row]:
    """Processor time and bytes a verdict; memory after many verdicts, and after a large upload."""
    processes = {running.process.pid, *children(running.process)}
    busy, size, held = _busy(processes), _size(data), _memory(running.process.pid)
    ask_for_verdicts(asked)
    count = len(asked.bodies)
    yield Row(
        "processor time a verdict, all of the service, against judging alone",
        (_busy(processes) - busy) / count * 1e3,
        "ms",
        1e3 / alone,
        None,
    )
    kept = (_size(data) - size) / count / 1024
    evidence = sum(map(len, asked.bodies)) / count / 1024
    yield Row("kept on the disk a verdict, against what was sent", kept, "KiB", evidence, None)
    for _ in range(MORE // VERDICTS):
        ask_for_verdicts(asked)
    yield Row(
        f"memory of the server after {MORE} more verdicts", _memory(running.process.pid), "MiB", held, Budget(1.05)
    )
    _upload(asked, SMALL)
    small = _memory(running.process.pid)
    _upload(asked, LARGE)
    yield Row(
        "memory of the server after an upload of 512 MiB, against 1 MiB",
        _memory(running.process.pid),
        "MiB",
        small,
        Budget(1.05),
    )


def _upload(asked: Asked, size: int) -> None:
    piece = bytes(SMALL)
    sha256 = hashlib.sha256()
    for _ in range(size // SMALL):
        sha256.update(piece)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    with contextlib.closing(HTTPConnection(urlsplit(asked.url).netloc)) as connection:
        pieces = (piece for _ in range(size // SMALL))
        answered(connection, "PUT", f"/v1/artifacts/{sha256.hexdigest()}", asked.token, pieces, headers)


def _busy(processes: set[int]) -> float:
    """Seconds of processor time that these processes took so far."""
    ticks = 0
    for number in processes:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    """The most memory that a process held so far, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _size(data: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in data.rglob("*") if path.is_file())
