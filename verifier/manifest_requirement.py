"""One requirement of a policy for a published manifest, held against all that was gathered.

    named    manifests by parties whom the requirement names
    about    those of them that list the artifact by its digest             all of them must satisfy (T63)

A manifest that somebody else published, or that lists other files, decides nothing; where there is no other, it says
why the requirement is not met.

Spec: countersign design, sections 3 and 5
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.faults import Fault

from .checks.check import Met
from .checks.manifest import CLAUSE, bind_listed, questions
from .checks.signers import CLAUSE as SIGNERS
from .checks.signers import groups_of, signer_name
from .checks.subject import CLAUSE as SUBJECT
from .faults import CheckFault
from .gather import Gathered
from .manifests import Listed, Manifest, Published, published
from .outcome import Outcome, combine
from .parties import keys_not_given, threshold_of
from .policy.model import ManifestRequirement, Policy
from .request import Request
from .requirements import Run
from .results import Source, passed, refused
from .verdict import CheckResult

_MUTE = frozenset(("checksums.weak", "checksums.algorithm"))
"""Why a list says nothing of any file: vendors sign ``MD5SUMS`` beside ``SHA256SUMS``, and the one decides nothing."""


CURRENT = "countersign design, section 4 (Current)"


class _About(Struct, frozen=True):
    """A named party's manifest that lists the artifact, or that cannot be read and so might."""

    published: Published
    groups: tuple[str, ...]
    files: tuple[Listed, ...] | None


class ManifestEvaluation(Struct, frozen=True):
    """A manifest requirement, its number on the verdict, and all that it is held against."""

    number: int
    requirement: ManifestRequirement
    policy: Policy
    request: Request
    gathered: Gathered

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, others = self._sorted()
        if not about:
            return self._unmet(others)
        results = [result for item in about for result in self._judge(item)]
        groups = tuple(dict.fromkeys(group for item in about for group in item.groups))
        if combine(result.outcome for result in results) is Outcome.PASSED:
            results.append(threshold_of(self.number, self.requirement, groups))
        used = tuple(item.published.authenticated for item in about)
        heard = tuple(item.published.source for item in about)
        return Run(self.requirement, tuple(results), groups, used, heard=heard)

    def manifests(self) -> tuple[Published, ...]:
        """The manifests by named parties that list the artifact: what the requirement rests on."""
        return tuple(item.published for item in self._sorted()[0])

    def _sorted(self) -> tuple[list[_About], tuple[list[CheckResult], list[CheckResult]]]:
        """Named parties' manifests about the artifact; and why others are not: by named parties, by strangers."""
        rules = [self.policy.signer(name) for name in self.requirement.signers]
        about: list[_About] = []
        elsewhere: list[CheckResult] = []
        strangers: list[CheckResult] = []
        gathered = self.gathered
        for item in published(gathered.authenticated, gathered.vouched, self.request.limits):
            try:
                groups = groups_of(item.authenticated, rules, self.request.now)
            except CheckFault as fault:
                strangers.append(self._refused("signer", fault, item.source, SIGNERS))
                continue
            if isinstance(item.says, Fault) and item.says.reason in _MUTE:
                elsewhere.append(self._refused("manifest", item.says, item.source, CLAUSE))
                continue
            try:
                files = bind_listed(item.says, self.request.artifact) if isinstance(item.says, Manifest) else None
            except CheckFault as fault:
                elsewhere.append(self._refused("manifest", fault, item.source, SUBJECT))
            else:
                about.append(_About(item, groups, files))
        return about, (elsewhere, strangers)

    def _judge(self, item: _About) -> Iterator[CheckResult]:
        source = item.published.source
        names = " and ".join(map(signer_name, item.published.authenticated.signers))
        yield self._passed("signer", Met(f"the manifest is signed by {names}", actual=names), source, SIGNERS)
        manifest, files = item.published.says, item.files
        if isinstance(manifest, Fault) or files is None:
            assert isinstance(manifest, Fault)
            yield self._refused("manifest", manifest, source, CLAUSE)
            return
        listed = Met(f"listed as {files[0].subject.name or 'a file'}", pointer=files[0].pointer)
        yield self._passed("manifest", listed, source, SUBJECT)
        for name, ask in questions(self.requirement, manifest, files, self.request.artifact, self.request.now):
            try:
                met = ask()
            except CheckFault as fault:
                yield self._refused(name, fault, source, CLAUSE)
            else:
                if met is not None:
                    yield self._passed(name, met, source, CLAUSE)
        if self.requirement.current:
            yield from self._current(item.published, manifest, source)

    def _current(self, item: Published, manifest: Manifest, source: Source) -> Iterator[CheckResult]:
        """Whether the release follows from the one that was accepted last; every reason why not."""
        from .updates.following import follow

        met, faults = follow(item, manifest, self.requirement.max_age, self.request)
        for fault in faults:
            yield self._refused("manifest.current", fault, source, CURRENT)
        if met is not None:
            yield self._passed("manifest.current", met, source, CURRENT)

    def _unmet(self, others: tuple[list[CheckResult], list[CheckResult]]) -> Run:
        """Why no manifest decides: the nearest ones, what did not authenticate, or that there is none."""
        elsewhere, strangers = others
        results = [
            *keys_not_given(self.number, self.requirement, self.policy, self.gathered),
            *(elsewhere or strangers),
        ]
        blamed = self.gathered.refused if not results else ()
        if not results:
            results += [self._refused("evidence", item.fault, item.source, "") for item in blamed]
        if not results:
            absent = CheckFault("manifest.absent", "there is no manifest by anybody whom the policy names")
            results.append(self._refused("evidence", absent, None, CLAUSE))
        return Run(self.requirement, tuple(results), blamed=blamed)

    def _passed(self, check: str, met: Met, source: Source, clause: str) -> CheckResult:
        return passed(check, met, requirement=self.number, source=source, clause=clause)

    def _refused(self, check: str, fault: Fault, source: Source | None, clause: str) -> CheckResult:
        return refused(check, fault, requirement=self.number, source=source, clause=clause)
