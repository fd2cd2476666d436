"""Decide about files that are to be installed together: judged one by one, then as a set that follows from the last.

    files ─► a verdict each, under the client's policy and its state ─┐
    manifests that the verdicts rest on ─► the set, whole, in sequence ┴► Decision, and what to accept once installed

Nothing is accepted here. Who installs says so afterwards: an update that failed to install was never accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from attestations.faults import Place
from verifier.engine import manifests_of
from verifier.faults import PolicyFault
from verifier.policy.expected import leaves_open
from verifier.policy.model import DebianRequirement, ManifestRequirement, Policy
from verifier.updates.advance import Step
from verifier.updates.following import together
from verifier.updates.releases import names_stream
from verifier.updates.streams import write_state

from ..effects.paths import shown
from .decisions import Action, Decision, decide

if TYPE_CHECKING:
    from verifier.manifests import Published
    from verifier.request import Request
    from verifier.verdict import Verdict

    from ..usecases.verify import Judged
    from .states import States

    _Asked = tuple[Request, tuple[Published, ...]]


def check(
    judged: Sequence[Judged],
    states: States,
    waive: Callable[[Decision], Decision] = lambda held: held,
    data: Sequence[str] = (),
    root: str | None = None,
) -> Decision:
    """The decision; an allowed set is remembered in `states`, to be accepted.

    `waive` lets through what is held and waived (`.waiving`). Where its place in the sequence is what was waived,
    nothing advances: to accept it leaves the state as it is (decision 0125). `data` are patterns of the names of what
    the settings call data: where it is held, why it gets no grace is told. Below `root` names count (`.naming`).

    Raises:
        OutputFault: ``output.unwritable``: nothing is allowed that could not be accepted afterwards.
    """
    asked = _asked(judged)
    verdicts = tuple(each.verdict for each in judged)
    if not asked:
        return decide(verdicts, None)
    step = together(asked)
    if root is not None:
        step = _named(step, verdicts, asked, root)
    decision = _without_grace(decide(verdicts, step), asked, step, data)
    decision = waive(decision)
    if decision.action is Action.ALLOW:
        before = asked[0][0].state
        assert before is not None
        decision = _telling_what_is_made(decision, step)
        states.offer(decision.installed, before, before if step.state is None else write_state(step.state))
    return decision


def _named(step: Step, verdicts: Sequence[Verdict], asked: Sequence[_Asked], root: str) -> Step:
    """The step, unless a file below `root` stands under another's name."""
    from verifier.grace import names_of

    from .naming import misnamed

    names = [names_of(verdict, published) for verdict, (_, published) in zip(verdicts, asked, strict=True)]
    faults = tuple(misnamed(zip((verdict.artifact.name for verdict in verdicts), names, strict=True), root))
    return Step(None, (*step.faults, *faults), made=step.made) if faults else step


def _telling_what_is_made(decision: Decision, step: Step) -> Decision:
    """The decision, with what differences make: that is what is accepted, and it shows that they made it."""
    made = {digest.hex: result.hex for digest, result in step.made.items()}
    names = {digest.hex: verdict.artifact.name for verdict in decision.verdicts for digest in verdict.artifact.digests}
    notes = (
        f"{names[digest]} makes a file with the SHA-256 {result}: accept that file, once it is there"
        for digest, result in made.items()
    )
    return replace(decision, made=made, notes=(*decision.notes, *notes))


def _without_grace(decision: Decision, asked: Sequence[_Asked], step: Step, data: Sequence[str]) -> Decision:
    """The decision, with a note of why what is held gets no grace, where that is a question."""
    if decision.action is not Action.HOLD or not data:
        return decision
    from verifier.grace import content_rule, names_of, why_no_grace

    named = [
        (verdict, names_of(verdict, published))
        for verdict, (_, published) in zip(decision.verdicts, asked, strict=True)
    ]
    why = why_no_grace(named, step, content_rule(data))
    return replace(decision, notes=(*decision.notes, f"grace: {why}")) if why is not None else decision


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


def check_names_its_streams(policy: Policy, source: str) -> None:
    """The policy in the file `source` says whose releases it is about: guards share one memory of what was accepted.

    Else whoever signs under one guard takes another vendor's place there, and none of that vendor's follows any more.

    Raises:
        PolicyFault: ``policy.stream_open``.
    """
    for each in policy.requirements:
        if isinstance(each, ManifestRequirement) and each.current:
            named = names_stream(each)
        elif isinstance(each, DebianRequirement) and each.current:
            named = not (leaves_open(each.origin) and leaves_open(each.label))
        else:
            continue
        if not named:
            detail = "of several guards each says whose releases it is about"
            expected = "vendor and product; of a Debian archive origin or label"
            raise PolicyFault("policy.stream_open", detail, place=Place(shown(source)), expected=expected)


def _asked(judged: Sequence[Judged]) -> list[_Asked]:
    """Each file as it was judged, with the manifests that must be current; nothing where one could not be judged."""
    if any(each.request is None for each in judged):
        return []
    return [(each.request, manifests_of(each.request, each.memory)) for each in judged if each.request is not None]
