"""Updates over the wire: what is asked before an installation, and what a channel's latest release is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from attestations.faults import Fault
from verifier.outcome import Outcome
from verifier.reasons import REASONS
from verifier.updates.streams import Stream

from ...effects.faults import RequestFault
from ...usecases.service.channels import Latest
from ...usecases.service.submission import PolicyByDigest, PolicyById
from ...usecases.service.updates import Installed, UpdateAnswer, UpdateAsked, Weighed
from .catalogue import Word
from .common import Base64, Form, Sha256, View, decoded, encoded, example, shown_time_or_none
from .verifications import PolicyDigestForm, PolicyIdForm

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_STREAM = {"vendor": "acme", "product": "endpoint", "channel": "stable", "platform": "windows", "variant": "x64"}
_ASKED = {
    "files": [_DIGEST],
    "policy": {"id": "https://policies.example/endpoint"},
    "installed": {**_STREAM, "version": "7.1.0"},
}
_VERDICT = "verdict-0123456789abcdef0123456789abcdef"
_ANSWER = {
    "install": False,
    "action": "block",
    "outcome": "FAILED",
    "reasons": ["update.rollback"],
    "files": [{"sha256": _DIGEST, "verdict": _VERDICT, "outcome": "PASSED", "reasons": []}],
    "faults": [
        {
            "reason": "update.rollback",
            "title": "The update is older than what was accepted before",
            "detail": "an older release than the one that was accepted",
            "expected": "at least 713",
            "actual": "712",
            "remedy": "Do not install. Somebody serves an old state of the repository.",
        }
    ],
}

MOST_FILES = 1000
"""Files of all that one request asks about."""

ACTIONS = {Outcome.PASSED: "allow", Outcome.FAILED: "block", Outcome.INCOMPLETE: "hold", Outcome.ERROR: "hold"}


class InstalledForm(Form):
    """What is installed of a stream. Without `version`, nothing is yet."""

    vendor: Word
    product: Word
    channel: Word | None = None
    platform: Word | None = None
    variant: Word | None = None
    version: Word | None = None
    sequence: Annotated[int, Field(ge=0, lt=1 << 53)] | None = None

    @property
    def installed(self) -> Installed:
        """The same as the use case takes it."""
        words = {name: getattr(self, name) or "" for name in Stream.__struct_fields__}
        return Installed(Stream(**words), self.version, self.sequence)


class UpdateForm(Form):
    """Files that are to be installed together. `state` is a gate's, in base64; or `installed` says what there is."""

    model_config = example(**_ASKED)

    files: Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=MOST_FILES)]
    policy: PolicyIdForm | PolicyDigestForm
    state: Annotated[Base64, Field(max_length=1 << 20)] | None = None
    installed: InstalledForm | None = None

    @property
    def asked(self) -> UpdateAsked:
        """The request as the use case takes it. Raises: RequestFault ``request.invalid``."""
        if (self.state is None) is (self.installed is None):
            raise RequestFault("request.invalid", "what there is, is said once", expected="state, or installed")
        policy = self.policy
        named = PolicyByDigest(policy.digest) if isinstance(policy, PolicyDigestForm) else PolicyById(*_id(policy))
        before = self.installed.installed if self.installed is not None else decoded(self.state or "")
        return UpdateAsked(tuple(dict.fromkeys(self.files)), named, before)


def _id(policy: PolicyIdForm) -> tuple[str, int | None]:
    return policy.id, policy.version


class UpdateBatchForm(Form):
    """Several, each answered for itself: of at most 1000 files together."""

    model_config = example(items=[_ASKED])

    items: Annotated[list[UpdateForm], Field(min_length=1, max_length=100)]

    def check_size(self) -> None:
        """Refuse what is too much for one request. Raises: RequestFault ``request.invalid``."""
        files = sum(len(item.files) for item in self.items)
        if files > MOST_FILES:
            detail = "too many files in one request"
            raise RequestFault("request.invalid", detail, expected=f"{MOST_FILES} at most", actual=str(files))


class WeighedView(View):
    """What stands about a file; of others' verdicts, no more than that it passed."""

    sha256: Sha256
    verdict: str | None = None
    outcome: str
    reasons: list[str]


class FaultView(View):
    """What speaks against the files as a whole."""

    reason: str
    title: str
    detail: str
    expected: str | None = None
    actual: str | None = None
    remedy: str


class UpdateView(View):
    """The decision, as a gate answers over its socket: install where `install` is true, and on nothing else.

    `action` is ``allow``, ``block`` or ``hold``. `made` are the files that differences make, by the differences' own
    SHA-256: who applies one sees that it made just that.

    `state` is the one to keep once it is installed, where a state was sent. It is no verdict, and nobody signed it.
    """

    model_config = example(**_ANSWER)

    install: bool
    action: str
    outcome: str
    reasons: list[str]
    files: list[WeighedView]
    faults: list[FaultView]
    made: dict[Sha256, Sha256] | None = None
    state: str | None = None


class UpdateItem(View):
    """One of a batch: the decision, or the problem with the question."""

    status: int
    update: UpdateView | None = None
    problem: dict[str, Any] | None = None


class UpdateBatchView(View):
    """The answer to each of a batch, in order."""

    model_config = example(items=[{"status": 200, "update": _ANSWER}])

    items: list[UpdateItem]


class PassedView(View):
    """A file of a release, and the verdict by which it passed, under the policy of that digest."""

    sha256: Sha256
    verdict: str
    policy: Sha256


class LatestView(View):
    """A release that passed. `manifest` is the SHA-256 of the vendor's statement; words it leaves out are left out."""

    vendor: str
    product: str
    channel: str | None = None
    platform: str | None = None
    variant: str | None = None
    version: str
    sequence: int | None = None
    manifest: Sha256
    expires: str | None = None
    files: list[PassedView]


class LatestList(View):
    """The latest release of each platform and variant."""

    model_config = example(
        items=[
            {
                **_STREAM,
                "version": "7.2.0",
                "sequence": 713,
                "manifest": _DIGEST,
                "files": [{"sha256": _DIGEST, "verdict": _VERDICT, "policy": _DIGEST}],
            }
        ]
    )

    items: list[LatestView]


def update_view(answer: UpdateAnswer) -> UpdateView:
    """A decision as it is shown."""
    return UpdateView(
        install=answer.outcome is Outcome.PASSED,
        action=ACTIONS[answer.outcome],
        outcome=answer.outcome.value,
        reasons=list(answer.reasons),
        files=[_weighed(file) for file in answer.files],
        faults=[_fault(fault) for fault in answer.faults],
        made=dict(answer.made) or None,
        state=encoded(answer.state) if answer.state is not None else None,
    )


def _weighed(file: Weighed) -> WeighedView:
    return WeighedView(sha256=file.sha256, verdict=file.verdict, outcome=file.outcome.value, reasons=list(file.reasons))


def _fault(fault: Fault) -> FaultView:
    row = REASONS[fault.reason]
    return FaultView(
        reason=fault.reason,
        title=row.title,
        detail=fault.detail,
        expected=fault.expected,
        actual=fault.actual,
        remedy=row.remedy,
    )


def latest_view(latest: Latest) -> LatestView:
    """A release as it is shown."""
    release = latest.release
    stream = release.stream
    return LatestView(
        vendor=stream.vendor,
        product=stream.product,
        channel=stream.channel or None,
        platform=stream.platform or None,
        variant=stream.variant or None,
        version=release.version,
        sequence=release.sequence,
        manifest=release.statement.hex,
        expires=shown_time_or_none(release.expires),
        files=[PassedView(sha256=file.sha256, verdict=file.verdict, policy=file.policy) for file in latest.files],
    )
