"""Which links speak for a step: those that a functionary of it signed and whose signed name is the step's.

    1. Signed      by a key of a functionary that the step names            the file's name decides nothing (T64)
    2. Enough      distinct parties, never keys, links or signatures        T24, T25, T26
    3. One story   all of them report the same materials and products       those beyond the threshold too (T63)

A layout in a link's place is a sublayout: its signer answers for the step with a supply chain of his own. A layout
carries no name, so one is accepted only of a functionary who may do no other step of the layout above: else whoever
hands the files over would choose the step.

Spec: in-toto specification, sections 4.3.1 and 4.5; decision 0045
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.faults import Fault
from attestations.layouts.link import Link
from attestations.layouts.parts import Layout, Step
from attestations.strict_json import shown

from ..checks.check import Met
from ..faults import CheckFault
from .functionaries import Functionary


class Signed(Struct, frozen=True):
    """Metadata that functionaries of a layout signed: what it says, or why it cannot be read; None: neither kind."""

    evidence: Evidence
    signers: tuple[Functionary, ...]
    says: Link | Layout | Fault | None


class Told(Struct, frozen=True):
    """A link that speaks for a step, the party that it counts for, and the evidence that it came from."""

    link: Link
    parties: frozenset[str]
    evidence: Evidence


def signers_for(step: Step, signed: Signed) -> tuple[Functionary, ...]:
    """Those of the signers that the step names."""
    return tuple(one for one in signed.signers if one.keyid in step.keyids)


def is_for(step: Step, signed: Signed) -> bool:
    """Whether `signed` is by a functionary of `step` and a link that is called like it, or broken, or a layout."""
    if not signers_for(step, signed):
        return False
    return isinstance(signed.says, Layout | Fault) or (isinstance(signed.says, Link) and signed.says.name == step.name)


def check_delegable(step: Step, steps: Sequence[Step], signed: Signed) -> None:
    """A sublayout can be for `step` alone. Raises: CheckFault ``layout.step_ambiguous``."""
    keyids = {one.keyid for one in signed.signers}
    others = [other.name for other in steps if other.name != step.name and keyids & set(other.keyids)]
    if others:
        raise CheckFault(
            "layout.step_ambiguous",
            "a sublayout by a functionary of several steps: nothing signed says which of them it is for",
            expected=step.name,
            actual=", ".join([step.name, *others][:5]),
        )


def check_threshold(step: Step, told: Iterable[Told], functionaries: Mapping[str, Functionary]) -> Met:
    """Enough distinct parties reported the step.

    Raises:
        CheckFault: ``layout.certificates``, ``layout.link_missing``, ``threshold.unmet``.
    """
    parties = sorted(frozenset().union(*(one.parties for one in told)))
    if len(parties) >= step.threshold:
        detail = f"{shown(step.name)}: done by {len(parties)}, where {step.threshold} must"
        return Met(detail, f"{step.name} by {step.threshold}", f"{step.name} by {', '.join(parties)}")
    expected = f"{step.name} by {step.threshold} of {', '.join(_named(step, functionaries)) or 'nobody'}"
    actual = f"{step.name} by {', '.join(parties) or 'nobody'}"
    if step.certified:
        detail = f"{shown(step.name)} may be done under certificates, which are not read here"
        raise CheckFault("layout.certificates", detail, expected=expected, actual=actual)
    reason = "threshold.unmet" if parties else "layout.link_missing"
    raise CheckFault(reason, f"too few links tell of {shown(step.name)}", expected=expected, actual=actual)


def _named(step: Step, functionaries: Mapping[str, Functionary]) -> list[str]:
    """The parties that may do the step, at most five of them."""
    return sorted({functionaries[keyid].party for keyid in step.keyids if keyid in functionaries})[:5]


def check_agreement(step: Step, told: Sequence[Told]) -> None:
    """All links of the step report the same artifacts. Raises: CheckFault ``layout.links_disagree``."""
    first, *others = told
    for other in others:
        if (other.link.materials, other.link.products) != (first.link.materials, first.link.products):
            raise CheckFault(
                "layout.links_disagree",
                f"two links tell different stories of {shown(step.name)}",
                expected=first.evidence.source,
                actual=other.evidence.source,
            )


def check_not_renamed(step: Step, pool: Iterable[Signed]) -> None:
    """No functionary's link of another step bears the file name of `step`: it would be there to pass for it (T64).

    Raises:
        CheckFault: ``layout.link_renamed``.
    """
    for signed in pool:
        name = signed.evidence.source.replace("\\", "/").rpartition("/")[2]
        link = signed.says if name.startswith(f"{step.name}.") else None
        if isinstance(link, Link) and link.name != step.name and signers_for(step, signed):
            raise CheckFault(
                "layout.link_renamed",
                "a link of another step under this step's file name",
                expected=step.name,
                actual=shown(link.name),
            )
