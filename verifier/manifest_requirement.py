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
from .evaluation import Evaluation, Run
from .faults import CheckFault
from .manifests import Listed, Manifest, Published, published
from .policy.model import ManifestRequirement
from .verdict import CheckResult

_MUTE = frozenset(("checksums.weak", "checksums.algorithm"))
"""Why a list says nothing of any file: vendors sign ``MD5SUMS`` beside ``SHA256SUMS``, and the one decides nothing."""


class _About(Struct, frozen=True):
    """A named party's manifest that lists the artifact, or that cannot be read and so might."""

    published: Published
    groups: tuple[str, ...]
    files: tuple[Listed, ...] | None


class ManifestEvaluation(Evaluation[ManifestRequirement], frozen=True):
    """A manifest requirement, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, near = self._sorted()
        if not about:
            absent = CheckFault("manifest.absent", "there is no manifest by anybody whom the policy names")
            return self.unmet(near, absent, CLAUSE)
        results = [result for item in about for result in self._judge(item, about)]
        groups = self.concluded(results, (item.groups for item in about))
        used = tuple(item.published.authenticated for item in about)
        heard = tuple(item.published.source for item in about)
        return Run(self.requirement, tuple(results), groups, used, heard=heard)

    def manifests(self) -> tuple[Published, ...]:
        """The manifests by named parties that list the artifact: what the requirement rests on."""
        return tuple(item.published for item in self._sorted()[0])

    def _sorted(self) -> tuple[list[_About], list[CheckResult]]:
        """Named parties' manifests about the artifact; and why others are not, the nearest alone."""
        about: list[_About] = []
        elsewhere: list[CheckResult] = []
        strangers: list[CheckResult] = []
        gathered = self.gathered
        for item in published(gathered.authenticated, gathered.vouched, self.request.limits):
            try:
                groups = groups_of(item.authenticated, self.rules, self.request.now)
            except CheckFault as fault:
                strangers.append(self.refused("signer", fault, item.source, SIGNERS))
                continue
            if isinstance(item.says, Fault) and item.says.reason in _MUTE:
                elsewhere.append(self.refused("manifest", item.says, item.source, CLAUSE))
                continue
            try:
                files = bind_listed(item.says, self.request.artifact) if isinstance(item.says, Manifest) else None
            except CheckFault as fault:
                elsewhere.append(self.refused("manifest", fault, item.source, SUBJECT))
            else:
                about.append(_About(item, groups, files))
        return about, elsewhere or strangers

    def _judge(self, item: _About, about: list[_About]) -> Iterator[CheckResult]:
        source = item.published.source
        names = " and ".join(map(signer_name, item.published.authenticated.signers))
        yield self.passed("signer", Met(f"the manifest is signed by {names}", actual=names), source, SIGNERS)
        manifest, files = item.published.says, item.files
        if isinstance(manifest, Fault) or files is None:
            assert isinstance(manifest, Fault)
            yield self.refused("manifest", manifest, source, CLAUSE)
            return
        listed = Met(f"listed as {files[0].subject.name or 'a file'}", pointer=files[0].pointer)
        yield self.passed("manifest", listed, source, SUBJECT)
        asked = questions(self.requirement, manifest, files, self.request.artifact, self.request.now)
        yield from self.asked(asked, source, CLAUSE)
        if self.requirement.current:
            from .updates.following import follow, statement_digest, strongest

            own = statement_digest(item.published)
            signed = (each.published for each in about if statement_digest(each.published) == own)
            step = follow(strongest(signed), manifest, self.requirement.max_age, self.request)
            yield from self.followed("manifest.current", step, source)
