"""From terms to a case: the bytes behind the digests that a verification was accepted with, read to be judged.

What many verifications share (policies, trust) is kept in memory by its digest; it cannot change.
"""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING

from msgspec import UNSET, structs

from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS, Limits
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, KeyFile, TrustFile
from verifier.verdict import Artifact

from ...judges.judgements import Case
from ...store import policies
from ...store.faults import StoreFault
from .terms import FileTerm, Terms

if TYPE_CHECKING:
    from ...store.blobs import Blobs
    from ...store.database import Database
    from ...store.policies import StoredPolicy

KEPT = 32
"""How many policies, and how many trust files, are kept in memory; each may be of megabytes (`attestations.limits`)."""


class Inputs:
    """Reads what terms refer to."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs
        self._policy = functools.lru_cache(KEPT)(self._read_policy)
        self._parsed = functools.lru_cache(KEPT)(parse_policy)
        self._trust = functools.lru_cache(KEPT)(blobs.get)

    def policy(self, terms: Terms) -> StoredPolicy:
        """The policy that the terms name. Raises: StoreFault ``store.unavailable``, ``blob.missing``."""
        return self._policy(terms.policy.tenant, terms.policy.digest)

    def read_policy(self, terms: Terms) -> Policy:
        """The same, as it reads. Raises: StoreFault; PolicyFault ``policy.*``."""
        return self._parsed(self.policy(terms).content.encode(), "policy", limits_of(terms))

    def case(self, terms: Terms, *, asking: bool, recording: bool) -> Case:
        """The case that the terms stand for.

        Raises:
            StoreFault: ``store.unavailable``; ``blob.missing``, ``blob.damaged`` of what was kept and is no more.
        """
        return Case(
            artifact=artifact_of(terms),
            evidence=tuple(EvidenceFile(file.name, self._blobs.get(file.sha256)) for file in terms.evidence),
            policy=self.policy(terms).content.encode(),
            release=None if terms.release is UNSET else terms.release,
            trust=tuple(TrustFile(file.name, self._trust(file.sha256), dated_of(file)) for file in terms.trust),
            keys=tuple(KeyFile(file.name, self._trust(file.sha256)) for file in terms.keys),
            now=datetime.datetime.fromisoformat(terms.now),
            limits=limits_of(terms),
            version=terms.version,
            asking=asking,
            recording=recording,
        )

    def _read_policy(self, tenant: str, digest: str) -> StoredPolicy:
        with self._database.reading() as connection:
            found = policies.by_digest(connection, tenant, digest)
        if found is None:
            raise StoreFault("blob.missing", "a policy that was kept is no more", actual=f"sha256:{digest}")
        return found


def artifact_of(terms: Terms) -> Artifact:
    """The artifact that the terms are about."""
    digests = sorted(Digest(algorithm, value) for algorithm, value in terms.artifact.digests.items())
    size = terms.artifact.size
    return Artifact(terms.artifact.name, DigestSet(tuple(digests)), None if size is UNSET else size)


def dated_of(file: FileTerm) -> datetime.datetime | None:
    """When a trust root was obtained."""
    return None if file.dated is UNSET else datetime.datetime.fromisoformat(file.dated)


def limits_of(terms: Terms) -> Limits:
    """The limits that the terms were accepted under."""
    return structs.replace(DEFAULT_LIMITS, **terms.limits)
