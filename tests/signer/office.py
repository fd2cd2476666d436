"""A signer in this process, with a key, a folder and a clock of the test's own; and honest requests to it."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from api.effects.keys.files import FileSigner, file_signer
from api.signer import SignRequest
from api.signer.countersigner import Countersigner, VerdictKey
from api.signer.journal import Journal
from api.signer.published import Published, verifier_id
from attestations.faults import Place
from fixtures.recipes.scene import NOW, POLICY, RELEASE, Scene, scene
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.gather import sha256
from verifier.policy.plain import digest
from verifier.record import write_record
from verifier.report import render_report
from verifier.request import Request
from verifier.verdict import Verdict
from verifier.windows import UNBOUNDED, Window

BASE = "https://countersign.test"
NAMED = POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")


class SetClock:
    """A clock that stands where the test puts it."""

    def __init__(self, now: datetime.datetime) -> None:
        self.time = now

    def now(self) -> datetime.datetime:
        return self.time


class Office:
    """A signer with a fresh key, in `directory`."""

    def __init__(self, directory: Path, window: Window = UNBOUNDED) -> None:
        self.directory = directory
        self.clock = SetClock(NOW)
        self.key: FileSigner = file_signer(ec.generate_private_key(ec.SECP256R1()), Place())
        self.published = Published(directory / "published")
        self.journal = Journal(directory / "journal.jsonl")
        key = VerdictKey(self.key, window, unattended=True)
        self.signer = Countersigner(key, self.published, self.journal, self.clock)

    def publish(self, request: Request) -> str:
        """Publish the policy and the trust files of `request`; the verifier id that the policy gets."""
        verifier = verifier_id(BASE, request.policy)
        self.published.publish_policy(request.policy, verifier)
        for file in request.trust:
            self.published.publish_trust(file.name, file.content, file.dated)
        return verifier


def honest(question: Scene | None = None) -> tuple[Request, Verdict]:
    """An honest release, judged under a careful policy that names what it is about."""
    request = request_of(question if question is not None else scene(RELEASE.bundle(), policy=NAMED))
    return request, judge(request)


def asking(request: Request, verdict: Verdict, **changes: object) -> SignRequest:
    """The request to sign `verdict`, as an honest worker makes it; `changes` are what a dishonest one does."""
    report = render_report(verdict)
    asked = SignRequest(
        report=report,
        policy=str(digest(request.policy)),
        release=request.release,
        evidence=tuple(sha256(file.content).hex for file in request.evidence),
        record=sha256(write_record(request, report)).hex,
    )
    return replace(asked, **changes)
