"""Two clients of one repository in memory: ours, and another that answers in earnest or as a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from api.engines import tuf_worker
from api.engines.tuf_asking import OtherClient
from api.engines.tuf_questions import AskedRepository
from api.usecases.repositories import Following
from api.usecases.second_client import SecondClient, Seen
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from verifier.updates.tuf.client import Bounds
from verifier.updates.tuf.opinions import RepositoryOpinion

from ..verifier.tuf_worlds import NOW


class InMemory:
    """A repository's files and a client's store, by name."""

    def __init__(self, served: dict[str, bytes], store: dict[str, bytes]) -> None:
        self.served, self.store = served, store

    def fetch(self, name: str, most: int) -> bytes | None:
        content = self.served.get(name)
        return content if content is not None and len(content) <= most else None

    def get(self, role: str) -> bytes | None:
        return self.store.get(role)

    def put(self, role: str, content: bytes) -> None:
        self.store[role] = content


class InThisProcess:
    """Their client where the test is: what the process does with a question, without the process."""

    def ask(self, asked: AskedRepository) -> RepositoryOpinion:
        answer = tuf_worker.answer_to(asked)
        return RepositoryOpinion(**{name: getattr(answer, name) for name in RepositoryOpinion.__struct_fields__})


@dataclass
class Saying:
    """A client that says what a test wants it to, after it was asked in earnest."""

    say: Callable[[AskedRepository, RepositoryOpinion], RepositoryOpinion]
    heard: list[AskedRepository] = field(default_factory=list)

    def ask(self, asked: AskedRepository) -> RepositoryOpinion:
        self.heard.append(asked)
        return self.say(asked, InThisProcess().ask(asked))


def refusing(_asked: AskedRepository, honest: RepositoryOpinion) -> RepositoryOpinion:
    return RepositoryOpinion("tuf", honest.version, "refuses", "UnsignedMetadataError: as told")


def crashing(_asked: AskedRepository, _honest: RepositoryOpinion) -> RepositoryOpinion:
    return RepositoryOpinion("tuf", "", "crashed", "its process ended with -11")


def both(memory: InMemory, *paths: str, other: OtherClient | None = None) -> str:
    """What two clients come to, path by path, each in a session of its own: the reason, or nothing where they agree."""
    for path in paths:
        seen = Seen(memory, memory)
        following = Following(seen, seen)
        try:
            session = following.refresh(now=NOW, limits=DEFAULT_LIMITS, bounds=Bounds())
            found = following.find(session, path)
            SecondClient(other or InThisProcess(), NOW, Bounds(), 1).confirm("vendor", seen, session, path, found)
        except Fault as fault:
            return fault.reason
    return ""
