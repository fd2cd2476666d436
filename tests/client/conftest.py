"""A service for the tests of the client, one for all of them, and somebody who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from tests.serving.processes import Served, serving

AUDITOR = "house-of-audit"


@dataclass(frozen=True, slots=True)
class Asker:
    """A tenant of a service: where it is, and the file with its token."""

    served: Served
    data: Path
    token: Path

    @property
    def flags(self) -> tuple[str, ...]:
        return ("--service", self.served.url, "--token-file", str(self.token), "--wait", "2m")


@pytest.fixture(scope="session")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """A tenant of a running service, let in and given its token by `countersign admin` beside it."""
    directory = tmp_path_factory.mktemp("service")
    data, token = directory / "data", directory / "token"
    with serving(data) as served:
        kept = ("--data", str(data))
        assert main(["admin", "tenant", "new", AUDITOR, "--role", "auditor", *kept]) == 0
        assert main(["admin", "token", "new", "of a test", "--tenant", AUDITOR, "-o", str(token), *kept]) == 0
        yield Asker(served, data, token)
