"""Coverage by vectors: no reason and no check is left without a case that shows it."""

from __future__ import annotations

from functools import cache

from fixtures.build import VECTORS
from fixtures.case import CASE, Case, read_case
from verifier.reasons import REASONS

from .test_reasons import LIMIT_CODES
from .tree import PURE, sources, strings


@cache
def cases() -> tuple[Case, ...]:
    return tuple(read_case(path.parent) for path in sorted(VECTORS.rglob(CASE)))


def shown() -> set[str]:
    """Every reason that some vector must come to."""
    return {reason for case in cases() for reason in (case.expect.reason, *case.expect.also)}


def pure() -> set[str]:
    """Reasons that `attestations` or `verifier` may give; the others are about files and terminals, `api`'s own."""
    written = {str(node.value) for source in sources(*PURE) for node in strings(source)}
    return set(REASONS) & (written | LIMIT_CODES)


def test_every_reason_of_the_verifier_has_a_vector() -> None:
    assert not sorted(pure() - shown())


def test_every_other_reason_has_a_test_that_names_it() -> None:
    """A vector holds evidence; what the disk or a terminal refuses is shown by a test of `api`."""
    named = {str(node.value) for source in sources("tests") for node in strings(source)}
    assert not sorted(code for code in set(REASONS) - pure() if code not in named)
