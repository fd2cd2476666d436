"""Decide about files that are to be installed together: judged one by one, then as a set that follows from the last.

    files ─► a verdict each, under the client's policy and its state ─┐
    manifests that the verdicts rest on ─► the set, whole, in sequence ┴► Decision, and what to accept once installed

Nothing is accepted here. Who installs says so afterwards: an update that failed to install was never accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from verifier.engine import manifests_of
from verifier.faults import PolicyFault
from verifier.memory import Memory
from verifier.policy.model import DebianRequirement, ManifestRequirement, Policy
from verifier.updates.advance import Step
from verifier.updates.following import together
from verifier.updates.streams import write_state

from .decisions import Action, Decision, decide

if TYPE_CHECKING:
    from ..usecases.verify import Judged
    from .states import States


def check(
    judged: Sequence[Judged], policy: Policy, states: States, waive: Callable[[Decision], Decision] = lambda held: held
) -> Decision:
    """The decision; an allowed set is remembered in `states`, to be accepted.

    `waive` lets through what is held and waived (`.waiving`). Where its place in the sequence is what was waived,
    nothing advances: to accept it leaves the state as it is (decision 0125).

    Raises:
        PolicyFault: ``policy.not_current``.
        OutputFault: ``output.unwritable``: nothing is allowed that could not be accepted afterwards.
    """
    check_asks_for_current(policy)
    step = _step(judged)
    decision = waive(decide(tuple(each.verdict for each in judged), step))
    if decision.action is Action.ALLOW:
        assert step is not None
        before = next(each.request.state for each in judged if each.request is not None)
        assert before is not None
        states.offer(_artifacts(judged), before, before if step.state is None else write_state(step.state))
    return decision


def check_asks_for_current(policy: Policy) -> None:
    """A gate's policy asks for what is current: without that, yesterday's release passes for ever.

    Raises:
        PolicyFault: ``policy.not_current``.
    """
    kinds = ManifestRequirement | DebianRequirement
    if not any(isinstance(each, kinds) and each.current for each in policy.requirements):
        detail = "the policy does not ask for a manifest, or a Debian archive, that is current"
        raise PolicyFault("policy.not_current", detail, expected='check = "manifest" or "debian" with current = true')


def _step(judged: Sequence[Judged]) -> Step | None:
    """Where the set leads; None where a file of it could not be judged."""
    if not judged or any(each.request is None for each in judged):
        return None
    memory = Memory()
    requests = [each.request for each in judged if each.request is not None]
    return together([(request, manifests_of(request, memory)) for request in requests])


def _artifacts(judged: Sequence[Judged]) -> tuple[str, ...]:
    digests = (each.verdict.artifact.digests.get("sha256") for each in judged)
    return tuple(digest.hex for digest in digests if digest is not None)
