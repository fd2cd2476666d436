"""One requirement of a policy for an in-toto layout, held against all that was gathered.

    named      layouts that parties whom the requirement names signed        all of them must hold (T63)
    chain      every step, rule and inspection of each                       `evaluate`
    product    the artifact is what its last step left

Where no named party's layout was given, what stands nearest says why not, and refutes only then.

Spec: countersign design, section 3; in-toto specification, section 5.2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.layouts.parts import Layout
from attestations.statements import Subject

from ..authenticated import Authenticated
from ..checks.check import Met
from ..checks.signers import CLAUSE as SIGNERS
from ..checks.signers import groups_of, signer_name
from ..checks.subject import CLAUSE as SUBJECT
from ..checks.subject import bind_any
from ..evaluation import Evaluation, Run
from ..faults import CheckFault
from ..gather import Refused
from ..policy.expected import matches, shown
from ..policy.model import Expected, LayoutRequirement, PinnedKey
from ..results import Source, finding
from ..verdict import Artifact, CheckResult
from .answers import Chain, Line
from .evaluate import Court, evaluate
from .metadata import may_be_layout, read_metadata
from .rules import Budget

CLAUSE = "in-toto specification, section 5.2"


class _Named(Struct, frozen=True):
    """A layout by named parties: for whom it speaks, and what it says, or why it cannot be read."""

    authenticated: Authenticated
    groups: tuple[str, ...]
    says: Layout | Fault


class LayoutEvaluation(Evaluation[LayoutRequirement], frozen=True):
    """A layout requirement, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        named, strangers = self._layouts()
        if not named:
            return self._unmet(strangers)
        results: list[CheckResult] = []
        heard: list[Source] = []
        court = self._court()
        for one in named:
            results.append(self._signed(one))
            if isinstance(one.says, Fault):
                results.append(self._result(Line("layout", one.says, one.authenticated.evidence)))
                continue
            chain = evaluate(one.says, one.authenticated.evidence, court)
            heard += [Source.of(evidence) for evidence in chain.used]
            results += self._judge(chain, one)
        groups = self.concluded(results, (one.groups for one in named))
        used = tuple(one.authenticated for one in named)
        return Run(self.requirement, tuple(results), groups, used, heard=tuple(heard))

    def _layouts(self) -> tuple[list[_Named], list[CheckResult]]:
        """The layouts of named parties; and why those of others are none."""
        named: list[_Named] = []
        strangers: list[CheckResult] = []
        for item in self.gathered.metadata:
            says = self._says(item)
            if says is None:
                continue
            try:
                named.append(_Named(item, groups_of(item, self.rules, self.request.now), says))
            except CheckFault as fault:
                strangers.append(self.refused("signer", fault, Source.of(item.evidence), SIGNERS))
        return named, strangers

    def _says(self, item: Authenticated) -> Layout | Fault | None:
        try:
            says = read_metadata(item.evidence, self.request.limits)
        except Fault as fault:
            return fault if may_be_layout(item.evidence) else None
        return says if isinstance(says, Layout) else None

    def _court(self) -> Court:
        return Court(
            pool=self.gathered.read,
            groups=self._groups(),
            parameters={name: text.text for name, text in self.requirement.parameters.items()},
            now=self.request.now,
            limits=self.request.limits,
            budget=Budget(self.request.limits),
        )

    def _groups(self) -> Mapping[Digest, str]:
        return {rule.key: rule.group for rule in self.policy.signers if isinstance(rule, PinnedKey)}

    def _signed(self, one: _Named) -> CheckResult:
        names = " and ".join(map(signer_name, one.authenticated.signers))
        met = Met(f"the layout is signed by {names}", actual=names)
        return self.passed("signer", met, Source.of(one.authenticated.evidence), SIGNERS)

    def _judge(self, chain: Chain, one: _Named) -> Iterator[CheckResult]:
        yield from map(self._result, chain.lines)
        for remark in chain.remarks:
            assert isinstance(remark.result, Fault)
            source = Source.of(remark.evidence) if remark.evidence is not None else None
            yield finding(remark.result.reason, remark.result.detail, actual=remark.result.actual, source=source)
        if chain.summary is None:
            return
        products = tuple(Subject(path, digests) for path, digests in sorted(chain.summary.products.items()))
        try:
            met = check_product(products, self.request.artifact, self.requirement.product)
        except CheckFault as fault:
            yield self.refused("layout.product", fault, Source.of(one.authenticated.evidence), SUBJECT)
        else:
            yield self.passed("layout.product", met, None, SUBJECT)

    def _result(self, line: Line) -> CheckResult:
        source = Source.of(line.evidence) if line.evidence is not None else None
        if isinstance(line.result, Fault):
            return self.refused(line.check, line.result, source, CLAUSE)
        return self.passed(line.check, line.result, source, CLAUSE)

    def _unmet(self, strangers: list[CheckResult]) -> Run:
        """Why there is no layout of a named party: strangers' ones, those that do not authenticate, or none."""
        results = [*self.keys_not_given(), *strangers]
        refusals = [] if results else [item for item in self._refused_layouts() if item.fault.reason != _NO_KEY]
        results += [self.refused("evidence", item.fault, item.source, CLAUSE) for item in refusals]
        if not results:
            absent = CheckFault("layout.absent", "there is no layout by anybody whom the policy names")
            results.append(self.refused("evidence", absent, None, CLAUSE))
        return Run(self.requirement, tuple(results), heard=tuple(item.source for item in refusals))

    def _refused_layouts(self) -> Iterator[Refused]:
        for item in (*self.gathered.unsigned, *self.gathered.refused):
            if item.evidence is None or may_be_layout(item.evidence):
                yield item


_NO_KEY = "signature.unknown_key"
"""What only repeats that no key was given."""


def check_product(products: tuple[Subject, ...], artifact: Artifact, path: Expected | None) -> Met:
    """The artifact is one of `products`, under the path that is expected.

    Raises:
        CheckFault: ``subject.none``, ``subject.mismatch``, ``subject.weak_digest``, ``subject.uncompared``,
            ``subject.name``.
    """
    bound = bind_any(products, artifact.digests, measured=artifact.size is not None, pointer="/signed/products")
    names = ", ".join(product.name for product in bound)
    if path is None:
        return Met("the artifact is what the layout's last step left", actual=names)
    if not any(matches(path, product.name) for product in bound):
        raise CheckFault(
            "subject.name",
            "the layout's last step left the artifact under another path",
            place=Place(pointer="/signed/products"),
            expected=shown(path),
            actual=names,
        )
    return Met("the artifact is what the layout's last step left", shown(path), names)
