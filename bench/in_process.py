"""Bundles judged in a process that is warm: CPU time against that of the signature checks, and of doing it again.

The bundles are all different and more than any cache holds, so that nothing evidence brought is found a second time;
what the process keeps is about the trust root. The checks are found by watching each judgement: the verifier's schemes
note each call, and a profiler sees which certificates were held against their issuers. What a warm process does not
check again (the authority's own chain) is not among them. The same calls are then made again and nothing else, so that
the quotient tells what everything that is no signature check costs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from cryptography import x509
from msgspec import structs

from attestations.trusted_roots import parse_trusted_root
from verifier import signatures
from verifier.engine import judge
from verifier.keys import PublicKey
from verifier.memory import Memory
from verifier.outcome import Outcome
from verifier.request import Request
from verifier.signatures import Scheme
from verifier.signatures.schemes import Check

from .rows import Budget, Row
from .timing import Work, cpu, in_turn

TOGETHER = 40
"""Artifacts and bundles that are judged each under all."""


def rows(requests: Sequence[Request]) -> Iterator[Row]:
    """Judging each of `requests` against its signature checks alone; then some of them under the evidence of all."""
    judge(requests[0])
    checks = [check for request in requests for check in signature_checks(request)]

    def ours() -> None:
        for request in requests:
            judge(request)

    def theirs() -> None:
        for check in checks:
            check()

    value, against = in_turn(ours, theirs, rounds=7, clock=cpu)
    count = len(requests)
    name = f"one bundle in process: CPU against its {round(len(checks) / count)} signature checks"
    yield Row(name, value / count * 1e3, "ms", against / count * 1e3, Budget(1.25))
    yield _given_together(requests[:TOGETHER])


def _given_together(requests: Sequence[Request]) -> Row:
    """Every artifact under the evidence of all, as a directory is judged, against its own evidence alone."""
    evidence = tuple(file for request in requests for file in request.evidence)
    together = [structs.replace(request, evidence=evidence) for request in requests]

    def ours() -> None:
        memory = Memory()
        for request in together:
            judge(request, memory)

    def alone() -> None:
        for request in requests:
            judge(request)

    value, against = in_turn(ours, alone, rounds=7, clock=cpu)
    count = len(requests)
    name = f"{count} artifacts under {count} bundles: CPU for a pair of them against a bundle by itself"
    return Row(name, value / count**2 * 1e3, "ms", against / count * 1e3, Budget(0.1))


def signature_checks(request: Request) -> list[Work]:
    """Every signature check that judging `request` does now, each ready to be done again."""
    checks: list[Work] = []
    subjects: list[x509.Certificate] = []
    schemes = signatures.SCHEMES
    signatures.SCHEMES = tuple(_noting(scheme, checks) for scheme in schemes)
    sys.setprofile(_certificate_watch(subjects))
    try:
        outcome = judge(request).outcome
    finally:
        sys.setprofile(None)
        signatures.SCHEMES = schemes
    if outcome is not Outcome.PASSED:
        raise ValueError(f"only a judgement that passes shows every check, and this one is {outcome.value}")
    issuers = _issuers(request)
    return checks + [partial(subject.verify_directly_issued_by, issuers[subject.issuer]) for subject in subjects]


def _noting(scheme: Scheme, checks: list[Work]) -> Scheme:
    digest = None if scheme.digest is None else _noted(scheme.digest, checks)
    return structs.replace(scheme, message=_noted(scheme.message, checks), digest=digest)


def _noted(check: Check, checks: list[Work]) -> Check:
    def noting(key: PublicKey, signature: bytes, signed: bytes) -> None:
        check(key, signature, signed)
        checks.append(partial(check, key, signature, signed))

    return noting


def _certificate_watch(subjects: list[x509.Certificate]) -> Callable[..., None]:
    def watch(_frame: Any, event: str, called: Any) -> None:
        if event == "c_call" and called.__name__ == "verify_directly_issued_by":
            subjects.append(called.__self__)

    return watch


def _issuers(request: Request) -> dict[x509.Name, x509.Certificate]:
    """The authorities' certificates in the request's trust roots, by their names."""
    roots = [parse_trusted_root(file.content, file.name) for file in request.trust]
    authorities = [each for root in roots for each in (*root.certificate_authorities, *root.timestamp_authorities)]
    handles = [x509.load_der_x509_certificate(der) for each in authorities for der in each.certificates]
    return {handle.subject: handle for handle in handles}
