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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from verifier.updates.streams import ReleaseState, read_state

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from ..effects.trust_store import TrustStore
from ..usecases.artifacts import Measured, is_digest
from ..usecases.policy import read_policy
from ..usecases.trust import Trust, is_name, read_trust, settle_trust
from ..usecases.verify import Judged, Terms, Verification
from ..version import VERSION
from .brought import brought
from .check import check, check_asks_for_current, check_names_its_streams
from .choosing import judge_under
from .decisions import Decision, undecided
from .journal import Journal
from .lists import standing
from .products import product_of
from .settings import GateSettings, Guard, Tell
from .states import States

if TYPE_CHECKING:
    from .telling import Telling


class Effects(Struct, frozen=True):
    """What a gate reaches of the machine that it guards, besides its own directory."""

    files: Files
    terminal: Terminal
    store: TrustStore


class Asked(Struct, frozen=True):
    """Files that are to be installed together: paths, or ``sha256:…``; evidence besides the guards' own; the version.

    Of a directory it is all its files, but for those that are evidence.
    `bundles` are verdict bundles, taken along beside whatever else is given or found. `findings` are what whoever asks
    found about itself and what is to be told with the decision: that its own checks are switched off, say.
    `root` is the directory of all files where others fetch them from it by their names.
    """

    files: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    release: str | None = None
    findings: tuple[Fault, ...] = ()
    root: str | None = None


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
            observed = self.observes(at)
            judged = tuple(self._judged(asked, at))
            data, root = self.settings.data, asked.root
            decision = check(judged, self._states, lambda held: self._waived(held, at), data, root)
            decision = replace(decision, products=_products(judged))
        except Fault as fault:
            decision = undecided(fault)
        decision = replace(decision, observed=observed, asked=tuple(map(shown, asked.files)), findings=asked.findings)
        self._journal.append(decision, at)
        if self.settings.tell != Tell():
            self._telling().decided(decision, at)
        return decision

    def observes(self, at: datetime.datetime) -> bool:
        """Whether everything is let through at `at`, and only told; never again once that was over (U20).

        A clock that is set back brings back nothing: what the journal tells of was later.

        Raises:
            GateFault: ``gate.observes_too_long``.
            OutputFault: ``output.unwritable``.
        """
        until = self.settings.observe_until
        return self.settings.observes(at) and until is not None and not self._journal.tells_of(until)

    def accept(self, digests: tuple[str, ...], at: datetime.datetime) -> ReleaseState:
        """Take it that the files of these SHA-256 (hex), allowed together, are installed; what is accepted now.

        Raises:
            UpdateFault: ``update.not_offered``, ``update.state_damaged``.
            InputFault: ``input.*``; OutputFault: ``output.unwritable``.
        """
        state = read_state(self._states.accept(digests), self.settings.state)
        self._journal.accepted(digests, at)
        if self.settings.tell != Tell():
            self._telling().accepted(digests, at)
        return state

    def state(self) -> ReleaseState:
        """What was accepted. Raises: UpdateFault ``update.state_damaged``; InputFault ``input.*``."""
        return read_state(self._states.present(), self.settings.state)

    def _telling(self) -> Telling:
        """Who tells others: loaded where somebody is to be told, for a gate starts light."""
        from .telling import Telling

        return Telling(self.settings, self._effects.terminal)

    def _waived(self, decision: Decision, at: datetime.datetime) -> Decision:
        from .waiving import waive

        return waive(decision, self.settings, at, self._effects.files)

    def _judged(self, asked: Asked, at: datetime.datetime) -> Iterator[Judged]:
        before = self._states.present()
        measured = Measured()
        guards = [self._verification(guard, asked, at, before, measured) for guard in self.settings.guards]
        for file in asked.files:
            if not is_digest(file) and self._effects.files.is_directory(file):
                contents = guards[0].contents(file)
                yield from (judged for each in contents.artifacts for judged in judge_under(guards, each))
                yield from map(guards[0].refuse, contents.unseen)
            else:
                yield from judge_under(guards, file)

    def _verification(
        self, guard: Guard, asked: Asked, at: datetime.datetime, before: bytes, measured: Measured
    ) -> Verification:
        """What judges under one guard."""
        files = self._effects.files
        policy = read_policy(guard.policy, files, DEFAULT_LIMITS)
        check_asks_for_current(policy, guard.policy)
        if len(self.settings.guards) > 1:
            check_names_its_streams(policy, guard.policy)
        trust = settle_trust(policy, self._given(guard), self._effects.store)
        terms = Terms(policy, asked.release, trust, at, DEFAULT_LIMITS, VERSION, before)
        evidence = (*standing(guard.evidence), *asked.evidence)
        return Verification(
            terms,
            files,
            self._effects.terminal,
            evidence,
            along=asked.bundles,
            measured=measured,
            about=(lambda file: brought(guard.synced, file)) if guard.synced else None,
        )

    def _given(self, guard: Guard) -> Trust:
        """The trust material of a guard: what the store knows by a name, and else the file of that name."""
        store = self._effects.store
        named = (name if is_name(name) and store.get(name) else self.settings.beside(name) for name in guard.trust)
        return read_trust(named, store, self._effects.files, DEFAULT_LIMITS)


def _products(judged: Iterable[Judged]) -> dict[Digest, str]:
    """What each policy guards, by its digest."""
    known: dict[Digest, str] = {}
    for each in judged:
        if each.request is not None and each.verdict.policy.digest not in known:
            known[each.verdict.policy.digest] = product_of(each.request.policy)
    return known
