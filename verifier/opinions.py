"""What another engine says of evidence, as values: an answer is recorded input, so that a replay needs no other engine.

The question is one only: *is this authentic for this signer under this trust root?* What that means is for the policy,
and the policy is ours alone. `verifier.second_opinion` asks, and holds the answers against what we found.

Spec: countersign design, section 5 (Second opinion)
"""

from __future__ import annotations

import functools
import pkgutil
from typing import Any

from msgspec import Struct, convert

from attestations.bundles import Evidence
from attestations.digests import Digest

ANSWERS = ("accepts", "refuses", "cannot_read", "crashed")
"""What an engine can say. `crashed` is also an engine that took too long, or too much."""

ANYBODY = ""
"""The signer asked about where we found none: is it authentic for whoever it names?"""


class Opinion(Struct, frozen=True):
    """What `engine`, in its `version`, answered to a question; `detail` is its own words, for people."""

    engine: str
    version: str
    evidence: Digest
    source: str
    pointer: str
    signer: str
    answer: str
    detail: str

    def is_about(self, evidence: Evidence, signer: str) -> bool:
        asked = (self.evidence, self.source, self.pointer, self.signer)
        return asked == (evidence.digest, evidence.source, evidence.pointer, signer)

    @property
    def dissents(self) -> bool:
        """Whether it refuses what we accept, for a reason that is not known and argued."""
        return self.answer in ("refuses", "crashed") and not any(known.explains(self) for known in differences())


class Difference(Struct, frozen=True, forbid_unknown_fields=True):
    """A difference that is known: `engine` refuses, and `because` says why it errs.

    Its words begin with `begins`: what stands later in them may be out of the evidence, and anybody's to choose.
    `vector` is the case that shows it.
    """

    engine: str
    begins: str
    because: str
    vector: str

    def explains(self, opinion: Opinion) -> bool:
        refused = opinion.engine == self.engine and opinion.answer == "refuses"
        return refused and opinion.detail.startswith(self.begins)


class ClientDifference(Struct, frozen=True, forbid_unknown_fields=True):
    """A difference that is known between clients of a TUF repository: `engine` refuses, and `because` says why it errs.

    Its words begin with `begins`, as those of a `Difference` do. `world` is the repository that shows it.
    """

    engine: str
    begins: str
    because: str
    world: str

    def explains(self, engine: str, detail: str) -> bool:
        return engine == self.engine and detail.startswith(self.begins)


_TEXT = pkgutil.get_data(__package__, "differences.toml") or b""
"""The table beside this file: package data like the table of reasons."""


@functools.cache
def differences() -> tuple[Difference, ...]:
    """Where another engine errs, as data; parsed when somebody dissents, which hardly anybody does."""
    return convert(_table()["difference"], tuple[Difference, ...])


@functools.cache
def client_differences() -> tuple[ClientDifference, ...]:
    """Where another client of TUF repositories errs, as data."""
    return convert(_table()["client"], tuple[ClientDifference, ...])


def _table() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(_TEXT.decode("utf-8"))
