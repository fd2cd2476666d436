"""How a service is set up: the flags of ``serve``, ``worker`` and ``admin`` as values. Everything has a default.

The small form is one directory and nothing else. The large form names a database and a store of blobs that several
machines share; the directory then holds what is this machine's own.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from .directory import ServiceDirectory

DEFAULT_PORT = 8470
DEFAULT_HOST = "127.0.0.1"

DRAIN = 20.0
"""Seconds that answers under way and verifications under way get, once the service is told to end."""


class Setup(Struct, frozen=True):
    """What the service runs on.

    `database` is ``sqlite:///PATH`` or ``postgresql://…``, `blobs` is ``file:///DIR`` or ``s3://BUCKET/PREFIX?endpoint=…``;
    None is the data directory's own. `judges` counts the confined processes that judge at once; 0: only workers do.
    `base` begins the URIs that are this service's own, its verifier ids first; None: the one that the first start made.
    `webhook_ports` are those that webhooks may lead to besides 443. `issuers` is the file of `admitting`.
    """

    data: Path
    database: str | None = None
    blobs: str | None = None
    judges: int = 1
    second_opinion: bool = True
    base: str | None = None
    webhook_ports: tuple[int, ...] = ()
    issuers: Path | None = None

    @property
    def directory(self) -> ServiceDirectory:
        return ServiceDirectory(self.data)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.directory.database}"

    @property
    def blobs_url(self) -> str:
        return self.blobs or f"file://{quote(str(self.directory.blobs))}"

    @property
    def embedded(self) -> bool:
        """Whether all is in the one directory, and one process serves it."""
        return self.database is None or self.database.startswith("sqlite:")


class Listening(Struct, frozen=True):
    """Where and how the service answers.

    `port` 0 takes any. With neither `certificate` nor `behind_proxy`, `host` is this machine itself. `ready` is the
    file that is written once the service answers.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    ready: Path | None = None
