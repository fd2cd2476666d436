"""What a judge is given and what it gives back, as they go over the pipe: nothing is read that is not in the case.

service ── Case ──► judge ── Questions ──► service ── Answers ──► judge ── Judgement ──► service
                          (where other engines are asked)
"""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct

from attestations.limits import Limits
from verifier.request import EvidenceFile, KeyFile, TrustFile
from verifier.verdict import Artifact

from ..engines.questions import Answer, Asked


class Case(Struct, frozen=True, tag="case"):
    """A request before its policy was read: `policy` is the TOML as it was given.

    `asking` says to ask other engines, `recording` to say what the record's digest is. Everything else is as in
    `verifier.request.Request`.
    """

    artifact: Artifact
    evidence: tuple[EvidenceFile, ...]
    policy: bytes
    release: str | None
    trust: tuple[TrustFile, ...]
    keys: tuple[KeyFile, ...]
    now: datetime.datetime
    limits: Limits
    version: str
    asking: bool = False
    recording: bool = False


class Questions(Struct, frozen=True, tag="questions"):
    """What to ask other engines before the judge goes on."""

    asked: list[Asked]


class Answers(Struct, frozen=True, tag="answers"):
    """What they said, an answer to each question in its order."""

    answers: list[Answer]


class Judgement(Struct, frozen=True, tag="judgement"):
    """The report's bytes, and what is looked up by. `product` is ``vendor/name`` as the policy has it.

    `opinions` are other engines', as the record keeps them (`verifier.opinion_forms`). `record` is the SHA-256 of the
    record with this report, in hex, where the case asked for it. `releases` are those that a verdict that passed rests
    on, as `verifier.updates.releases` writes them.
    """

    report: bytes
    outcome: str
    level: str
    product: str | None
    opinions: list[dict[str, Any]]
    record: str = ""
    releases: tuple[bytes, ...] = ()


class Refused(Struct, frozen=True, tag="refused"):
    """The judge could not: `reason` is ``judge.memory``, or that of what could not be read (``policy.*``)."""

    reason: str
    detail: str
