"""A running service killed again and again under load, and what must hold in the end.

    clients ── POST, each request under its own key, again until it is answered ──► serve ── kill -9, so many answers on
                                                                                    serve ── kill -9 …
    then: every key that was answered has one verification, done, with one verdict, of the bytes that its record gives

When it is killed is drawn from a seed, in answers given; where in its work that finds it, nobody can say.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.store import trail, verdicts, verifications
from api.store.blobs import Blobs
from api.store.database import Database
from api.usecases.service.records import record_of
from fixtures.recipes.scene import DATED, HONEST_FILE, OTHER, POLICY, RELEASE, TRUST_FILE, policy_file
from verifier.engine import judge
from verifier.record import read_record
from verifier.report import render_report

from .making import AUDITOR, TENANT, Idle, StandingClock, service_of
from .nursery import Nursery

PATIENCE = 120
"""Seconds to wait for what must happen: far more than it takes, and reached only where it never does."""

CLIENTS = 4

POLICY_ID = str(POLICY.value["id"])


def requests(seed: int) -> Iterator[dict[str, Any]]:
    """Requests without end: most with good evidence, some with none, some with that of another release."""
    chance = random.Random(seed)
    good = {"name": HONEST_FILE.name, "content": b64encode(HONEST_FILE.content).decode()}
    borrowed = {"name": "borrowed.json", "content": b64encode(bytes(OTHER.bundle())).decode()}
    while True:
        evidence = chance.choice([[good], [good], [good], [], [borrowed]])
        artifact = {"sha256": RELEASE.sha256, "name": RELEASE.name}
        yield {"artifact": artifact, "evidence": evidence, "policy": {"id": POLICY_ID}, "release": "7.1.0"}


class Load:
    """Clients that ask one service, wherever it is by now, until they are told to stop.

    `answered` has the id of the verification that each key was answered with.
    """

    def __init__(self, seed: int, prefix: str = "") -> None:
        self.answered: dict[str, str] = {}
        self.complaints: list[str] = []
        self._prefix = prefix
        self._requests = enumerate(requests(seed))
        self._changed = threading.Condition()
        self._address: tuple[str, int] | None = None
        self._token = ""
        self._count = 0
        self._stopping = False
        self._threads = [threading.Thread(target=self._ask_on, args=(seed + number,)) for number in range(CLIENTS)]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Every client asks for as long as the block lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._stopping = True
                self._changed.notify_all()
            for thread in self._threads:
                thread.join()

    def await_verdicts(self) -> None:
        """Have the service say of each verification that it is done."""
        for verification in self.answered.values():
            path = f"/v1/verifications/{verification}"
            assert self.ask_once("GET", path, wait=PATIENCE)["state"] == "done"

    def turn_to(self, url: str, token: str) -> None:
        """Where the service answers from now on."""
        host, _, port = url.removeprefix("http://").rpartition(":")
        with self._changed:
            self._address, self._token = (host, int(port)), token
            self._changed.notify_all()

    def turn_away(self) -> None:
        """The service is gone."""
        with self._changed:
            self._address = None

    def await_answers(self, more: int) -> None:
        """Block until so many more answers were given."""
        with self._changed:
            until = self._count + more
            if not self._changed.wait_for(lambda: self._count >= until or self.complaints, PATIENCE):
                self.complaints.append("the service answers nothing any more")
        assert not self.complaints, self.complaints

    def _ask_on(self, seed: int) -> None:
        chance = random.Random(seed)
        while (given := self._next()) is not None:
            key, form = given
            wait = chance.choice([0, 0, 5])
            while not self._stopping:
                with self._changed:
                    self._changed.wait_for(lambda: self._address is not None or self._stopping)
                    address, token = self._address, self._token
                if address is not None and self._ask(address, token, key, form, wait):
                    break

    def _next(self) -> tuple[str, dict[str, Any]] | None:
        with self._changed:
            if self._stopping:
                return None
            number, form = next(self._requests)
        return f"{self._prefix}{number}", form

    def _ask(self, address: tuple[str, int], token: str, key: str, form: dict[str, Any], wait: int) -> bool:
        """Whether it was answered. A connection that breaks is what there is to see here, and is tried again."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        try:
            connection.request("POST", "/v1/verifications", json.dumps(form), headers | {"Prefer": f"wait={wait}"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        with self._changed:
            if response.status not in (200, 202):
                self.complaints.append(f"{response.status} {body[:500]!r}")
            else:
                verification = json.loads(body)["id"]
                if self.answered.setdefault(key, verification) != verification:
                    self.complaints.append(f"{key} was {self.answered[key]} and is {verification}")
                self._count += 1
            self._changed.notify_all()
        return True

    def ask_once(self, method: str, path: str, form: dict[str, Any] | None = None, wait: int = 0) -> dict[str, Any]:
        """What the service answers to one question that it must answer."""
        assert self._address is not None
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(form) if form else None, headers | {"Prefer": f"wait={wait}"})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        assert response.status < 300, answer
        return answer


class Served:
    """``countersign serve`` in one folder: the same service, in one process after another. And workers beside it."""

    def __init__(
        self, nursery: Nursery, folder: Path, *flags: str, keeping: tuple[str, ...] = (), **environment: str
    ) -> None:
        self._nursery = nursery
        self._folder = folder
        self._keeping = ("--data", str(folder / "data"), *keeping)
        self._flags = flags
        self._environment = environment
        self._number = 0

    def start(self) -> str:
        """Start it; its URL, once it answers."""
        ready = self._folder / "ready.json"
        ready.unlink(missing_ok=True)
        self._number = self._run("serve", "--port", "0", "--ready-file", str(ready), *self._flags)
        until = time.monotonic() + PATIENCE
        while not ready.exists():
            if self._nursery.has_news(0.01):
                raise AssertionError(f"it ended with {self._nursery.ended(self._number)}: {self.log()}")
            assert time.monotonic() < until, self.log()
        url: str = json.loads(ready.read_bytes())["url"]
        return url

    def start_worker(self) -> int:
        """Start a worker beside it; its number."""
        return self._run("worker", "--no-second-opinion")

    def furnish(self) -> str:
        """Publish the trust root and the policy that all requests are under, and let a tenant in; its token."""
        files = {"policy.toml": policy_file(POLICY).content, "world.json": TRUST_FILE.content}
        for name, content in files.items():
            (self._folder / name).write_bytes(content)
        token = self._folder / "token"
        dated = f"{DATED:%Y-%m-%dT%H:%M:%SZ}"
        bounds = [f"--limit={name}=1000000" for name in ("requests_per_minute", "pending")]
        for arguments in (
            ("trust", "publish", "world", str(self._folder / "world.json"), "--dated", dated),
            ("policy", "publish", str(self._folder / "policy.toml")),
            ("tenant", "new", TENANT, "--role", "auditor", *bounds),
            ("token", "new", "load", "--tenant", TENANT, "--output", str(token)),
        ):
            assert self._nursery.ended(self._run("admin", *arguments)) == 0, self.log()
        return token.read_text().strip()

    def kill(self, number: int | None = None) -> None:
        """End it, or the process of that number, with no word said."""
        self._nursery.kill(number or self._number)

    def stop(self, number: int | None = None) -> None:
        """Have it end by itself."""
        assert self._nursery.stop(number or self._number) == 0, self.log()

    def log(self) -> str:
        """The end of what its processes said."""
        return (self._folder / "log").read_text()[-3000:]

    def _run(self, *arguments: str) -> int:
        log = self._folder / "log"
        return self._nursery.start(*arguments, *self._keeping, log=log, environment=self._environment)


def kill_again_and_again(served: Served, load: Load, kills: int, seed: int) -> None:
    """Kill a service so many times under load; then let it come to the end of all that it had accepted."""
    chance = random.Random(seed)
    url = served.start()
    token = served.furnish()
    load.turn_to(url, token)
    with load.running():
        for _ in range(kills):
            load.await_answers(chance.randint(1, 8))
            load.turn_away()
            served.kill()
            load.turn_to(served.start(), token)
        load.await_answers(1)
    load.await_verdicts()
    served.stop()


def kill_workers(served: Served, load: Load, kills: int, seed: int) -> None:
    """Kill one of two workers so many times under load, and the service that they work for as well, once."""
    chance = random.Random(seed)
    url = served.start()
    token = served.furnish()
    workers = [served.start_worker(), served.start_worker()]
    load.turn_to(url, token)
    with load.running():
        for number in range(kills):
            load.await_answers(chance.randint(1, 16))
            if number == kills // 2:
                load.turn_away()
                served.kill()
                load.turn_to(served.start(), token)
            served.kill(workers.pop(chance.randrange(2)))
            workers.append(served.start_worker())
        load.await_answers(1)
    load.await_verdicts()
    for number in workers:
        served.stop(number)
    served.stop()


def check_all(database: Database, blobs: Blobs, answered: Mapping[str, str]) -> int:
    """Hold what is kept against what was answered; how many verdicts there are.

    Every key that was answered has its verification. Every verification, answered or not, is done, with one verdict,
    signed, whose report is what its record comes to when it is judged here. The trail is whole, and tells of each once.
    """
    service = service_of(database, blobs, StandingClock(), None, Idle())
    with database.reading() as connection:
        asked = list(_every(verifications.page_of, connection))
        given = list(_every(_verdicts, connection))
        entries = trail.page_of(connection, TENANT, None, 1_000_000)
    keys = {each.key.removeprefix("key:"): each.id for each in asked}
    assert {key: keys.get(key) for key in answered} == answered
    assert {each.state for each in asked} == {verifications.DONE}
    assert sorted(each.verification for each in given) == sorted(each.id for each in asked)
    assert all(each.bundle is not None for each in given), "the operator's policy is signed under"
    for verdict in given:
        request, report = read_record(record_of(service, AUDITOR, verdict.id), "record")
        assert report == verdict.report == render_report(judge(request))
    trail.verify_chain(TENANT, entries)
    told = [entry.document["about"] for entry in entries if entry.document["act"] == "verdict.issued"]
    assert sorted(told) == sorted(verdict.id for verdict in given)
    return len(given)


def _verdicts(connection: Any, tenant: str, cursor: str | None, size: int) -> Any:
    return verdicts.page_of(connection, tenant, verdicts.Filters(), cursor, size)


def _every(page_of: Any, connection: Any) -> Iterator[Any]:
    cursor: str | None = None
    while True:
        page = page_of(connection, TENANT, cursor, 500)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return
