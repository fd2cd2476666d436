"""One requirement of a policy for a Debian archive, held against all that was gathered.

    named    Releases that parties whom the requirement names signed
    about    those of them that list, by its digest, an index that lists the artifact       all must satisfy (T63)

A Release that strangers alone signed, or that leads to other packages, decides nothing; where there is no other, it
says why the requirement is not met.

Spec: countersign design, sections 3 to 5; decision 0110
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.debian.index import Entry
from attestations.debian.release import Release
from attestations.documents import PACKAGES
from attestations.faults import Fault

from .authenticated import Authenticated
from .checks.check import Met
from .checks.debian import CLAUSE, Followed, questions
from .checks.signers import CLAUSE as SIGNERS
from .checks.signers import groups_of, signer_name
from .evaluation import Evaluation, Run, all_passed
from .faults import CheckFault
from .manifests import Manifest, Published
from .outcome import Outcome
from .policy.model import DebianRequirement
from .results import Source, finding
from .updates.debian import Archives, Leads, Signed, as_manifest
from .updates.strength import strength_of
from .verdict import CheckResult


class _About(Struct, frozen=True):
    """A named parties' Release that leads to the artifact, or may: the index that it lists could not be read."""

    signed: Signed
    groups: tuple[str, ...]
    release: Release
    leads: Leads

    @property
    def source(self) -> Source:
        document = self.signed.document
        return Source(document.digest, document.source, "")


class DebianEvaluation(Evaluation[DebianRequirement], frozen=True):
    """A requirement for an archive, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, near = self._sorted()
        if not about:
            absent = CheckFault("debian.absent", "there is no Release by anybody whom the policy names")
            return self.unmet(near, absent, CLAUSE)
        results = [result for item in about for result in self._judge(item)]
        groups = tuple(dict.fromkeys(group for item in about for group in item.groups))
        if all_passed(results):
            # Each Release must have been signed by as many: two that one party signed each are not one that two did.
            results.append(min((self.threshold(item.groups) for item in about), key=_held))
        results += [
            finding("debian.endless", "the Release does not say until when it holds", source=item.source)
            for item in about
            if item.release.until is None and self.requirement.max_age is None
        ]
        used = tuple(dict.fromkeys(by for item in about for by in item.signed.by))
        return Run(self.requirement, tuple(results), groups, used, heard=tuple(item.source for item in about))

    def manifests(self) -> tuple[Published, ...]:
        """The Releases that the requirement rests on, as manifests of what was asked about."""
        return tuple(self._published(item) for item in self._sorted()[0])

    def _sorted(self) -> tuple[list[_About], list[CheckResult]]:
        """Named parties' Releases that lead to the artifact; and why others do not, the nearest alone."""
        about: list[_About] = []
        elsewhere: list[CheckResult] = []
        strangers: list[CheckResult] = []
        sha256 = self.request.artifact.digests.get("sha256")
        archives = self.gathered.memory.derived(Archives)
        for signed in archives.signed(self.gathered.vouched, self.request.limits):
            source = Source(signed.document.digest, signed.document.source, "")
            named, groups, refusals = self._named(signed, source)
            if not groups:
                strangers += refusals
            elif isinstance(signed.says, Fault):
                elsewhere.append(self.refused("debian.release", signed.says, source, CLAUSE))
            elif sha256 is None:
                fault = CheckFault("subject.uncompared", "an archive lists packages by SHA-256", expected="sha256")
                elsewhere.append(self.refused("debian.package", fault, source, CLAUSE))
            else:
                own = Signed(signed.document, named, signed.says)
                found = archives.leads(signed.says, self.gathered.documents, sha256.hex, self.request.limits)
                about += [_About(own, groups, signed.says, each) for each in found if each.entries]
                elsewhere.append(self._astray(found, source))
        return about, elsewhere or strangers

    def _named(
        self, signed: Signed, source: Source
    ) -> tuple[tuple[Authenticated, ...], tuple[str, ...], list[CheckResult]]:
        """Those of whoever signed a Release whom the requirement names, and their groups; why the others are not."""
        named: list[Authenticated] = []
        groups: list[str] = []
        refusals: list[CheckResult] = []
        for by in signed.by:
            try:
                groups += groups_of(by, self.rules, self.request.now)
                named.append(by)
            except CheckFault as fault:
                refusals.append(self.refused("signer", fault, source, SIGNERS))
        return tuple(named), tuple(dict.fromkeys(groups)), refusals

    def _astray(self, found: tuple[Leads, ...], source: Source) -> CheckResult:
        """Why a Release does not lead to the artifact."""
        indexes = [document for document in self.gathered.documents if document.kind == PACKAGES]
        if found:
            detail = "the indexes that the Release lists do not list this file"
            fault = CheckFault("debian.unlisted", detail, actual=", ".join(each.index.source for each in found))
            return self.refused("debian.package", fault, source, CLAUSE)
        if indexes:
            detail = "the Release lists none of the indexes that were given"
            fault = CheckFault("debian.index_unlisted", detail, actual=", ".join(each.source for each in indexes))
            return self.refused("debian.index", fault, source, CLAUSE)
        fault = CheckFault("debian.index_absent", "no index of packages was given", expected="Packages")
        return self.refused("debian.index", fault, source, CLAUSE)

    def _judge(self, item: _About) -> Iterator[CheckResult]:
        for by in item.signed.by:
            spoke = " and ".join(map(signer_name, by.signers))
            yield self.passed("signer", Met(f"the Release is signed by {spoke}", actual=spoke), item.source, SIGNERS)
        names = [name for name in (item.release.origin, item.release.codename or item.release.suite) if name]
        met = Met("a Release that can be read", actual=" ".join(names) or None)
        yield self.passed("debian.release", met, item.source, CLAUSE)
        path = item.leads.listed[0].path
        yield self.passed("debian.index", Met(f"{path} is listed by its digest", actual=path), item.source, CLAUSE)
        index = Source(item.leads.index.digest, item.leads.index.source, "")
        if isinstance(item.leads.entries, Fault):
            yield self.refused("debian.package", item.leads.entries, index, CLAUSE)
            return
        for entry in item.leads.entries:
            yield from self._of(entry, item, index)
        if self.requirement.current:
            yield from self._current(item)

    def _of(self, entry: Entry, item: _About, index: Source) -> Iterator[CheckResult]:
        listed = f"{entry.name} {entry.version} {entry.architecture}"
        yield self.passed("debian.package", Met(f"listed as {listed}", actual=listed), index, CLAUSE)
        followed = Followed(item.release, item.leads.listed, entry)
        asked = questions(self.requirement, followed, self.request.artifact, self.request.now)
        yield from self.asked(asked, item.source, CLAUSE)

    def _current(self, item: _About) -> Iterator[CheckResult]:
        """Whether the Release comes after the one that was accepted last; every reason why not."""
        from .updates.following import follow

        published = self._published(item)
        assert isinstance(published.says, Manifest)
        step = follow(published, published.says, None, self.request)
        yield from self.followed("debian.current", step, item.source)

    def _published(self, item: _About) -> Published:
        """The Release as a manifest, by its strongest signature."""
        entries = item.leads.entries if isinstance(item.leads.entries, tuple) else ()
        strongest = max(item.signed.by, key=lambda by: strength_of(signer.algorithm for signer in by.signers))
        return Published(as_manifest(item.release, entries), strongest, item.source)


def _held(result: CheckResult) -> bool:
    return result.outcome is Outcome.PASSED
