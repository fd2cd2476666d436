"""Does this summary, by a verifier whom the reader trusts, say of this artifact what the reader asks for?

    1. Signature    under a key that the reader gave, together with the id of the one verifier that it may speak for
    2. Statement    a verification summary
    3. Subject      the artifact
    4. Verifier     that id, to the letter
    5. Resource     what the reader calls the artifact
    6. Result       PASSED
    7. Levels       those asked for, or higher ones of their tracks
    8. Policy       the one the reader knows; the time, not too long ago

An old summary tells of an old policy, and of a signer not yet revoked: time and policy are what makes it more than a
souvenir (T73). What the reader did not ask for is a finding. Every step that can be made is made: all reasons appear.

Spec: SLSA v1.2, Verification Summary Attestation, "How to verify"; countersign design, sections 3 and 5
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from attestations.bundles import Envelope, Evidence
from attestations.digests import Digest, DigestSet
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.predicates import VerificationSummary, read_predicate
from attestations.predicates.verification_summary import PREDICATE_TYPE
from attestations.statements import Statement, Subject, parse_statement

from .authenticate import Thresholds, authenticate_signature, check_payload_type
from .checks.check import Met
from .checks.signers import signer_name
from .checks.subject import bind_subjects, identifying
from .faults import CheckFault, SignatureFault
from .key_files import TrustedKey
from .outcome import Outcome, combine
from .results import Source, finding, passed, refused
from .summary_checks import check_age, check_levels, check_policy, check_resource, check_result, check_verifier
from .verdict import CheckResult

CLAUSE = "SLSA VSA, How to verify"


class Expectations(Struct, frozen=True):
    """What a reader asks of a summary.

    `resource` is compared to the letter; `levels` may be none. `policy` is the digest that the summary gives, or of a
    summary of ours the policy's own. `max_age` None takes one of any age. `key_id` is what the issuer calls its key:
    where given, no other signature counts.
    """

    verifier: str
    resource: str
    levels: tuple[str, ...] = ()
    policy: Digest | None = None
    max_age: datetime.timedelta | None = None
    key_id: str | None = None


class About(Struct, frozen=True):
    """The artifact: its digests, and whether they were computed over the same bytes (see `checks.subject`)."""

    digests: DigestSet
    measured: bool


class Checked(Struct, frozen=True):
    """What a summary is worth to this reader; `summary` is None where it could not be authenticated or read.

    `subjects` are those of its statement, whatever the artifact is.
    """

    outcome: Outcome
    results: tuple[CheckResult, ...]
    summary: VerificationSummary | None
    subjects: tuple[Subject, ...] = ()


def check_summary(
    evidence: Evidence,
    expected: Expectations,
    *,
    about: About | None,
    keys: tuple[TrustedKey, ...],
    now: datetime.datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """Check one envelope; `keys` speak for the verifier `expected` names and for nobody else.

    `about` None leaves the subject unproved, and so nothing passes. `now` is aware, in UTC.
    """
    source = Source.of(evidence)
    try:
        name = signed_by(evidence, expected, keys, now)
    except Fault as fault:
        return _checked((refused("signature", fault, source=source, clause=CLAUSE),), None)
    signature = passed("signature", Met(f"signed by {name}", actual=name), source=source, clause=CLAUSE)
    try:
        statement, summary = _read(evidence, limits)
    except Fault as fault:
        return _checked((signature, refused("summary", fault, source=source, clause=CLAUSE)), None)
    steps = _steps(statement, summary, expected, about, now)
    results = tuple(_made(name, step, source) for name, step in steps)
    return _checked((signature, *results, *_open(expected)), summary, statement.subjects)


def _checked(
    results: tuple[CheckResult, ...], summary: VerificationSummary | None, subjects: tuple[Subject, ...] = ()
) -> Checked:
    return Checked(combine(result.outcome for result in results if not result.finding), results, summary, subjects)


def signed_by(evidence: Evidence, expected: Expectations, keys: tuple[TrustedKey, ...], now: datetime.datetime) -> str:
    """Who signed the envelope `evidence`: a key of the reader's, valid at `now`.

    Raises:
        Fault: ``envelope.payload_type``, ``signature.*``, ``time.*``; under a certificate, ``trust.missing``.
    """
    content = evidence.bundle.content
    if not isinstance(content, Envelope):
        raise SignatureFault("envelope.payload_type", "not an envelope", expected="application/vnd.in-toto+json")
    check_payload_type(evidence, content.payload_type)
    if evidence.bundle.legacy_payload_signature:
        # Any blob signature over a file of the same bytes is such a signature, and does not say what they are for.
        raise SignatureFault("signature.over_payload", "the signature is over the bare payload, not the envelope's PAE")
    if expected.key_id is not None:
        evidence = _called(evidence, content, expected.key_id)
    proof = authenticate_signature(
        evidence,
        artifact=DigestSet(()),
        trust=(),
        keys=keys,
        requirements=Thresholds(logs=0, times=0, scts=0),
        now=now,
    )
    return ", ".join(map(signer_name, proof.signers))


def _called(evidence: Evidence, content: Envelope, key_id: str) -> Evidence:
    """`evidence` with the signatures that call their key `key_id`, which excuses nothing: the key is the reader's."""
    called = tuple(signature for signature in content.signatures if signature.keyid == key_id)
    if not called:
        raise SignatureFault(
            "signature.unknown_key",
            "no signature calls its key what the reader calls it",
            expected=key_id,
            actual=", ".join(signature.keyid for signature in content.signatures),
        )
    return replace(evidence, bundle=replace(evidence.bundle, content=replace(content, signatures=called)))


def _read(evidence: Evidence, limits: Limits) -> tuple[Statement, VerificationSummary]:
    content = evidence.bundle.content
    assert isinstance(content, Envelope)
    statement = parse_statement(content.payload, source=evidence.source, limits=limits)
    if statement.predicate_type != PREDICATE_TYPE:
        raise CheckFault(
            "vsa.predicate_type",
            "the statement is not a verification summary",
            place=Place(evidence.source, "/predicateType"),
            expected=PREDICATE_TYPE,
            actual=statement.predicate_type,
        )
    summary = read_predicate(statement, source=evidence.source)
    assert isinstance(summary, VerificationSummary)
    return statement, summary


Step = Callable[[], Met]


def _steps(
    statement: Statement,
    summary: VerificationSummary,
    expected: Expectations,
    about: About | None,
    now: datetime.datetime,
) -> Iterator[tuple[str, Step]]:
    yield "subject", lambda: check_subject(statement, about)
    yield "verifier", lambda: check_verifier(summary, expected.verifier)
    yield "resource", lambda: check_resource(summary, expected.resource)
    yield "result", lambda: check_result(summary)
    yield "levels", lambda: check_levels([level.value for level in summary.levels], expected.levels)
    wanted, oldest = expected.policy, expected.max_age
    if wanted is not None:
        yield "policy", lambda: check_policy(summary, wanted)
    yield "age", lambda: check_age(summary, oldest, now)


def _made(name: str, step: Step, source: Source) -> CheckResult:
    try:
        return passed(name, step(), source=source, clause=CLAUSE)
    except Fault as fault:
        return refused(name, fault, source=source, clause=CLAUSE)


def _open(expected: Expectations) -> Iterator[CheckResult]:
    if expected.policy is None:
        yield finding("vsa.policy_open", "whatever policy the verifier judged under is taken")
    if expected.max_age is None:
        yield finding("vsa.age_open", "a summary of any age is taken")
    if not expected.levels:
        yield finding("vsa.levels_open", "no level is asked for: PASSED under the verifier's policy is enough")


def check_subject(statement: Statement, about: About | None) -> Met:
    """The statement is about the artifact: by its digests, or by what the issuer calls it where the reader says so.

    Raises:
        CheckFault: ``vsa.artifact_missing``, ``subject.*``.
    """
    if about is None:
        raise CheckFault("vsa.artifact_missing", "no artifact is given that the summary could be about")
    artifact = about.digests
    opaque = tuple(digest for digest in artifact if digest.opaque)
    if opaque:
        statement = replace(statement, subjects=_called_so(statement, opaque))
    if identifying(artifact) or not opaque:
        bind_subjects(statement, artifact, measured=about.measured)
    what = "this artifact" if identifying(artifact) else f"what its issuer calls {', '.join(map(str, opaque))}"
    return Met(f"the summary is about {what}", pointer="/subject")


def _called_so(statement: Statement, names: tuple[Digest, ...]) -> tuple[Subject, ...]:
    """The subjects that carry every one of `names`, which are no digests: an image's number in somebody's cloud.

    Only a reader who gives such a name is answered by it; no measured artifact has one.
    """
    subjects = tuple(each for each in statement.subjects if all(name in each.digests.digests for name in names))
    if not subjects:
        raise CheckFault(
            "subject.mismatch",
            "no subject of the statement is this artifact",
            place=Place(pointer="/subject"),
            expected=", ".join(map(str, names)),
            actual=", ".join(str(digest) for each in statement.subjects for digest in each.digests)[:1_000],
        )
    return subjects
