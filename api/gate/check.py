"""Decide about files that are to be installed together: judged one by one, then as a set that follows from the last.

    files ─► a verdict each, under the client's policy and its state ─┐
    manifests that the verdicts rest on ─► the set, whole, in sequence ┴► Decision, and what to accept once installed

Nothing is accepted here. Who installs says so afterwards: an update that failed to install was never accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attestations.faults import Place
from verifier.engine import manifests_of
from verifier.faults import PolicyFault
from verifier.memory import Memory
from verifier.policy.model import DebianRequirement, ManifestRequirement, Policy
from verifier.updates.advance import Step
from verifier.updates.following import together
from verifier.updates.streams import write_state

from ..effects.paths import shown
from .decisions import Action, Decision, decide

if TYPE_CHECKING:
    from ..usecases.verify import Judged
    from .states import States


def check(
    judged: Sequence[Judged], states: States, waive: Callable[[Decision], Decision] = lambda held: held
) -> Decision:
    """The decision; an allowed set is remembered in `states`, to be accepted.

    `waive` lets through what is held and waived (`.waiving`). Where its place in the sequence is what was waived,
    nothing advances: to accept it leaves the state as it is (decision 0125).

    Raises:
        OutputFault: ``output.unwritable``: nothing is allowed that could not be accepted afterwards.
    """
    step = _step(judged)
    decision = waive(decide(tuple(each.verdict for each in judged), step))
    if decision.action is Action.ALLOW:
        assert step is not None
        before = next(each.request.state for each in judged if each.request is not None)
        assert before is not None
        states.offer(decision.digests, before, before if step.state is None else write_state(step.state))
    return decision


def check_asks_for_current(policy: Policy, source: str) -> None:
    """The policy in the file `source` asks for what is current: without that, yesterday's release passes for ever.

    Raises:
        PolicyFault: ``policy.not_current``.
    """
    kinds = ManifestRequirement | DebianRequirement
    if not any(isinstance(each, kinds) and each.current for each in policy.requirements):
        detail = "the policy does not ask for a manifest, or a Debian archive, that is current"
        expected = 'check = "manifest" or "debian" with current = true'
        raise PolicyFault("policy.not_current", detail, place=Place(shown(source)), expected=expected)


def _step(judged: Sequence[Judged]) -> Step | None:
    """Where the set leads; None where a file of it could not be judged."""
    if not judged or any(each.request is None for each in judged):
        return None
    memory = Memory()
    requests = [each.request for each in judged if each.request is not None]
    return together([(request, manifests_of(request, memory)) for request in requests])
