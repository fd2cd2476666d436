"""Artifacts verified by a service: measured and joined with their evidence here, judged there.

    Request, as `countersign verify` makes it ──► bytes that the service lacks, then the question ──► its report

What comes back must be about the very artifact and policy that were asked about, and be a report that this version
would write. Time and trust are the service's, which froze both when it accepted the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from attestations.digests import DigestSet
from verifier.policy.plain import digest as policy_digest
from verifier.record import read_record
from verifier.report_reading import read_verdict
from verifier.request import Request, TrustFile
from verifier.verdict import Verdict

from ..effects.files import CHUNK
from ..effects.paths import as_path
from .asking import believing
from .faults import RemoteFault
from .remote import Asked, Remote, Standing


class Wanted(Struct, frozen=True):
    """What else is to come back. `policy` is the service's word for the policy; `record` says to fetch the record."""

    policy: dict[str, Any]
    record: bool = False
    key: str | None = None


class ServiceJudging:
    """A service in the place of this process. `accepted` is told the id of each verification once there is one."""

    def __init__(self, remote: Remote, wanted: Wanted, accepted: Callable[[str], None]) -> None:
        self._remote = remote
        self._wanted = wanted
        self._accepted = accepted

    def judge(self, argument: str, request: Request) -> tuple[Verdict, Request | None]:
        """The service's verdict, and what it judged where the record was wanted; else what it was asked.

        Raises:
            RemoteFault: ``remote.*``, and what the service refuses the request for.
        """
        standing = self.submit(argument, request)
        return fetch(self._remote, self._remote.wait(standing), request, record=self._wanted.record)

    def submit(self, argument: str, request: Request) -> Standing:
        """Ask, and be told under which id."""
        sha256 = _sha256(request.artifact.digests)
        size, name = request.artifact.size, request.artifact.name
        if size is not None and not self._remote.has_artifact(sha256):
            self._remote.put_artifact(sha256, lambda start, length: _chunks(argument, start, length), size, name)
        standing = self._remote.submit(
            Asked(
                artifact=sha256,
                name=request.artifact.name,
                algorithms=tuple(digest.algorithm for digest in request.artifact.digests),
                digest_alone=size is None,
                evidence=tuple((file.name, file.content) for file in request.evidence),
                policy=self._wanted.policy,
                release=request.release,
                files=(*request.trust, *(TrustFile(file.name, file.content, None) for file in request.keys)),
                key=self._wanted.key,
            )
        )
        self._accepted(standing.id)
        return standing


def fetch(remote: Remote, standing: Standing, asked: Request | None, *, record: bool) -> tuple[Verdict, Request | None]:
    """The verdict of a verification that has one; and where `record`, what was judged, else what was `asked`.

    Raises:
        RemoteFault: ``remote.answer``: not a report, or about something else than was asked.
    """
    report = remote.report(standing.verdict or "")
    with believing():
        verdict = read_verdict(report, source="the service's report")
        if asked is not None:
            _check_same("artifact", _sha256(asked.artifact.digests), _sha256(verdict.artifact.digests))
            _check_same("policy", str(policy_digest(asked.policy)), str(verdict.policy.digest))
        if not record:
            return verdict, asked
        judged, recorded = read_record(remote.record(standing.verdict or ""), "the service's record")
        if recorded != report:
            raise RemoteFault("remote.answer", "the record is that of another report")
        return verdict, judged


def _check_same(what: str, expected: str, actual: str) -> None:
    if expected != actual:
        detail = f"a verdict about another {what} than was asked about"
        raise RemoteFault("remote.answer", detail, expected=expected, actual=actual)


def _sha256(digests: DigestSet) -> str:
    digest = digests.get("sha256")
    if digest is None:
        raise RemoteFault("remote.digest", "a service knows artifacts by SHA-256", actual=", ".join(map(str, digests)))
    return digest.hex


def _chunks(path: str, start: int, size: int) -> Iterator[bytes]:
    """Bytes of the file at `path`. If it changed since it was measured, the service refuses what comes."""
    with as_path(path).open("rb") as file:
        file.seek(start)
        while size and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk
