"""One gate, as everybody asks it: the command line, the local server, package managers, mirrors.

    check     files ─► judged under the guards ─► one Decision, on the disk before anybody acts on it, then told
    accept    files that were allowed together, and are installed ─► the state that follows
    state     what was accepted

Whatever keeps a gate from judging (its policy, its trust, its state) is a decision too: hold, with the reason. It is in
the journal like every other, and while a gate only looks on it holds up nothing either.

Spec: countersign design, sections 3 (the gate's column) and 7 (Gate)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from verifier.engine import manifests_of
from verifier.updates.streams import ReleaseState, read_state

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from ..effects.trust_store import TrustStore
from ..usecases.artifacts import is_digest
from ..usecases.policy import read_policy
from ..usecases.trust import Trust, is_name, read_trust, settle_trust, stored
from ..usecases.verify import Judged, Terms, Verification
from ..version import VERSION
from .check import check, check_asks_for_current
from .decisions import Decision, undecided
from .faults import GateFault
from .journal import Journal
from .settings import GateSettings, Guard
from .states import States


class Effects(Struct, frozen=True):
    """What a gate reaches of the machine that it guards, besides its own directory."""

    files: Files
    terminal: Terminal
    store: TrustStore


class Asked(Struct, frozen=True):
    """Files that are to be installed together: paths, or ``sha256:…``; evidence besides the guards' own; the version.

    Of a directory it is all its files, but for those that are evidence.
    `bundles` are verdict bundles, taken along beside whatever else is given or found.
    """

    files: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    release: str | None = None


class Gate:
    """A gate that is set up by `settings`."""

    def __init__(self, settings: GateSettings, effects: Effects) -> None:
        self.settings = settings
        self._effects = effects
        self._states = States(Path(settings.state))
        self._journal = Journal(Path(settings.state))

    def check(self, asked: Asked, at: datetime.datetime) -> Decision:
        """Whether the files may be installed together at `at` (aware, UTC): if the decision `lets_through`.

        Raises:
            OutputFault: ``output.unwritable``: nothing is let through that could not be written down.
        """
        observed = False
        try:
            observed = self.settings.observes(at)
            judged = tuple(self._judged(asked, at))
            decision = check(judged, self._states, lambda held: self._waived(held, at), self.settings.data)
        except Fault as fault:
            decision = undecided(fault)
        decision = replace(decision, observed=observed, asked=tuple(map(shown, asked.files)))
        self._journal.append(decision, at)
        return decision

    def accept(self, digests: tuple[str, ...], at: datetime.datetime) -> ReleaseState:
        """Take it that the files of these SHA-256 (hex), allowed together, are installed; what is accepted now.

        Raises:
            UpdateFault: ``update.not_offered``, ``update.state_damaged``.
            InputFault: ``input.*``; OutputFault: ``output.unwritable``.
        """
        state = read_state(self._states.accept(digests), self.settings.state)
        self._journal.accepted(digests, at)
        return state

    def state(self) -> ReleaseState:
        """What was accepted. Raises: UpdateFault ``update.state_damaged``; InputFault ``input.*``."""
        return read_state(self._states.present(), self.settings.state)

    def _waived(self, decision: Decision, at: datetime.datetime) -> Decision:
        from .waiving import waive

        return waive(decision, self.settings, at, self._effects.files)

    def _judged(self, asked: Asked, at: datetime.datetime) -> Iterator[Judged]:
        before = self._states.present()
        guards = [self._verification(guard, asked, at, before) for guard in self.settings.guards]
        for file in asked.files:
            if not is_digest(file) and self._effects.files.is_directory(file):
                contents = guards[0].contents(file)
                yield from (judged for each in contents.artifacts for judged in _under(guards, each))
                yield from map(guards[0].refuse, contents.unseen)
            else:
                yield from _under(guards, file)

    def _verification(self, guard: Guard, asked: Asked, at: datetime.datetime, before: bytes) -> Verification:
        """What judges under one guard."""
        files = self._effects.files
        policy = read_policy(guard.policy, files, DEFAULT_LIMITS)
        check_asks_for_current(policy, guard.policy)
        trust = settle_trust(policy, self._given(guard), self._effects.store)
        terms = Terms(policy, asked.release, trust, at, DEFAULT_LIMITS, VERSION, before)
        evidence = (*guard.evidence, *asked.evidence)
        return Verification(terms, files, self._effects.terminal, evidence, along=asked.bundles)

    def _given(self, guard: Guard) -> Trust:
        """The trust material of a guard. In a file of settings, a name is one of the store's and never a file."""
        store = self._effects.store
        if self.settings.source:
            for name in filter(is_name, guard.trust):
                stored(name, store)
        return read_trust(guard.trust, store, self._effects.files, DEFAULT_LIMITS)


def _under(guards: list[Verification], file: str) -> Iterator[Judged]:
    """The verdicts on one file: under the guard, or under each of several whose evidence holds a manifest of it."""
    judged = [guard.judge(file) for guard in guards]
    if len(guards) == 1:
        yield from judged
        return
    told = [each for each in judged if each.request is None or manifests_of(each.request)]
    yield from told
    if not told:
        fault = GateFault("gate.no_policy", "no guard's evidence lists this file", place=Place(shown(file)))
        refused = guards[0].unjudged(file, fault).verdict
        yield replace(judged[0], verdict=replace(refused, artifact=judged[0].verdict.artifact))
