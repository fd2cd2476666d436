"""Updates as a service sees them: may these files follow what the asker has? And which release is a channel's latest?

    files, policy ─► what stands about each ──────────────┐
    the releases that they passed as parts of ┐           ├► decision, reasons, and the state to keep once installed
    the asker's state, or what it says it has ┴► weigh ───┘

It answers out of verdicts that were given: no evidence is read, nothing is written, nothing is signed. What passed
under a policy is everybody's where the policy is the operator's (`.verdicts`); a sequence is the asker's own alone.

Spec: countersign design, sections 3 (the gate's column), 4 (Current) and 5.4; decision 0127
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.digests import Digest
from attestations.faults import Fault
from verifier.faults import PolicyFault, UpdateFault
from verifier.outcome import Outcome, combine
from verifier.reasons import outcome_of
from verifier.updates.advance import Step
from verifier.updates.releases import Release, weigh
from verifier.updates.streams import Accepted, ReleaseState, Stream, read_state, write_state

from ...store import judged_releases, policies, verdicts
from ...store.schema import OPERATOR
from .reports import reasons_in
from .service import Principal, Service
from .submission import PolicyByDigest, PolicyById


class Installed(Struct, frozen=True):
    """What the asker says it has of a stream: a version, None where it has none yet; `sequence` tells it from another
    release of that version."""

    stream: Stream
    version: str | None
    sequence: int | None = None


class UpdateAsked(Struct, frozen=True):
    """Files (SHA-256 in hex) that are to be installed together, under a policy, over what the asker has: the bytes of a
    gate's state, or its own word."""

    files: tuple[str, ...]
    policy: PolicyById | PolicyByDigest
    before: bytes | Installed


class Weighed(Struct, frozen=True):
    """What stands about one file: the id of the verdict, None where there is none; outcome and reasons."""

    sha256: str
    verdict: str | None
    outcome: Outcome
    reasons: tuple[str, ...]


class UpdateAnswer(Struct, frozen=True):
    """The decision: `reasons` are codes, each once; `faults` speak against the set as a whole.

    `state` is what to keep once it is installed, where a state was sent and all passed. `made` are the files that
    differences among them make, by the differences' own SHA-256 (hex): they must be there then.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    files: tuple[Weighed, ...]
    faults: tuple[Fault, ...]
    state: bytes | None
    made: Mapping[str, str] = {}


def check_update(service: Service, principal: Principal, asked: UpdateAsked) -> UpdateAnswer:
    """Whether these files may be installed together over what the asker has.

    Raises:
        PolicyFault: ``policy.unknown``.
    """
    now = service.clock.now()
    with service.database.reading() as connection:
        policy = _policy(connection, principal, asked.policy)
        rows = {sha256: verdicts.standing(connection, principal.tenant, sha256, policy) for sha256 in asked.files}
        weighed = tuple(_weighed(principal, sha256, row) for sha256, row in rows.items())
        if any(file.outcome is not Outcome.PASSED for file in weighed):
            return _answer(weighed, None, asked)
        of = judged_releases.of_verdicts(connection, (row.id for row in rows.values() if row is not None))
        releases = {sha256: of[row.id] for sha256, row in rows.items() if row is not None}
        try:
            state, stream = _before(connection, principal, asked.before, now)
        except UpdateFault as fault:
            return _answer(weighed, Step(None, (fault,)), asked)
    return _answer(weighed, weigh(state, releases, now, stream), asked)


def _policy(connection: Connection, principal: Principal, wanted: PolicyById | PolicyByDigest) -> str:
    """The digest of the policy: the tenant's own before the operator's."""
    for owner in (principal.tenant, OPERATOR):
        if isinstance(wanted, PolicyByDigest):
            found = policies.by_digest(connection, owner, wanted.digest)
        elif wanted.version is None:
            found = policies.present(connection, owner, wanted.id)
        else:
            found = policies.by_version(connection, owner, wanted.id, wanted.version)
        if found is not None:
            return found.digest
    raise PolicyFault("policy.unknown", "neither you nor the operator have such a policy")


def _weighed(principal: Principal, sha256: str, row: verdicts.VerdictRow | None) -> Weighed:
    if row is None:
        return Weighed(sha256, None, outcome_of("verdict.absent"), ("verdict.absent",))
    reasons = reasons_in(row.report) if row.tenant == principal.tenant else ()
    return Weighed(sha256, row.id, Outcome(row.outcome), reasons)


def _answer(files: tuple[Weighed, ...], step: Step | None, asked: UpdateAsked) -> UpdateAnswer:
    """The decision; `step` is None where no file's sequence was asked about, since not all of them passed."""
    faults = step.faults if step is not None else ()
    outcome = combine([*(file.outcome for file in files), *(outcome_of(fault.reason) for fault in faults)])
    reasons = dict.fromkeys([*(code for file in files for code in file.reasons), *(fault.reason for fault in faults)])
    state = None
    if outcome is Outcome.PASSED and isinstance(asked.before, bytes):
        assert step is not None
        assert step.state is not None
        state = write_state(step.state)
    made = {digest.hex: result.hex for digest, result in step.made.items()} if step is not None else {}
    return UpdateAnswer(outcome, tuple(reasons), files, faults, state, made)


def _before(
    connection: Connection, principal: Principal, before: bytes | Installed, now: datetime.datetime
) -> tuple[ReleaseState, Stream | None]:
    """What the asker has, and the stream that it asks about where it names one.

    Raises:
        UpdateFault: ``update.state_damaged``; ``update.unknown``, for a version that nothing is known of here.
    """
    if isinstance(before, bytes):
        return read_state(before, "state"), None
    if before.version is None:
        return ReleaseState(), before.stream
    words = {name: getattr(before.stream, name) for name in Stream.__struct_fields__}
    known = judged_releases.named(connection, principal.tenant, past=True, version=before.version, **words)
    for release in (each.release for each in known):
        if before.sequence in (None, release.sequence):
            return ReleaseState({before.stream: _accepted(release, now)}), before.stream
    raise UpdateFault(
        "update.unknown",
        "this service verified no such release, and cannot say what follows it",
        actual="/".join(filter(None, (*words.values(), before.version))),
    )


def _accepted(release: Release, now: datetime.datetime) -> Accepted:
    return Accepted(
        stream=release.stream,
        version=release.version,
        sequence=release.sequence,
        manifest=release.statement,
        artifacts=tuple(Digest("sha256", sha256) for sha256 in release.whole_files),
        strength=release.strength,
        expires=release.expires,
        at=now,
    )
