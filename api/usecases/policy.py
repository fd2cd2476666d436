"""Policies as people give them: a file, or flags that come to the same object."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from attestations.digests import Digest, parse_digest
from attestations.faults import Place
from attestations.limits import Limits
from verifier.faults import TrustFault
from verifier.policy.flags import FlagValues, policy_from_flags
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.policy.toml import to_toml
from verifier.request import TrustFile

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.trust_store import TrustStore
from .artifacts import is_digest
from .trust import Trust, fingerprints, read_trust, root_digest

DEFAULT_ROOT = "sigstore"
"""What flags trust where they do not say: the public instance."""


class Expectations(Struct, frozen=True):
    """Who was expected to have made an artifact, and how, as flags say it. `keys` are files, or their fingerprints."""

    identity: str | None = None
    issuer: str | None = None
    keys: tuple[str, ...] = ()
    source: str | None = None
    tag: str | None = None
    branch: str | None = None
    commit: str | None = None
    builder: str | None = None
    package: str | None = None

    @property
    def given(self) -> bool:
        return self != Expectations()


def read_policy(path: str, files: Files, limits: Limits) -> Policy:
    """The policy in the file at `path`.

    Raises:
        InputFault: ``input.*``.
        PolicyFault: ``policy.*``.
    """
    return parse_policy(files.read(path, "policy", limits), shown(path), limits)


def expected_policy(
    expectations: Expectations, given: Trust, store: TrustStore, files: Files, limits: Limits
) -> tuple[Policy, Trust]:
    """The policy that flags stand for, and the trust material given with them, the files of `keys` included.

    Raises:
        InputFault: ``input.*``.
        PolicyFault: ``policy.*``.
        TrustFault: ``trust.*``.
    """
    files_of_keys = [name for name in expectations.keys if not is_digest(name)]
    read = read_trust(files_of_keys, store, files, limits)
    for root in read.roots:
        raise TrustFault("trust.key_missing", "no public key of a form that is read", place=Place(root.name))
    pinned = [parse_digest(name) for name in expectations.keys if is_digest(name)]
    pinned += [key for file in read.keys for key in fingerprints(file)]
    policy = policy_from_flags(_values(expectations, pinned, given))
    return policy, Trust(given.roots, (*given.keys, *read.keys))


def _values(expectations: Expectations, keys: Iterable[Digest], given: Trust) -> FlagValues:
    return FlagValues(
        identity=expectations.identity,
        issuer=expectations.issuer,
        keys=tuple(dict.fromkeys(keys)),
        source=expectations.source,
        tag=expectations.tag,
        branch=expectations.branch,
        commit=expectations.commit,
        builder=expectations.builder,
        package=expectations.package,
        roots=tuple(map(_root_name, given.roots)) or (DEFAULT_ROOT,),
    )


def _root_name(root: TrustFile) -> str:
    """How a policy made of flags names a root: a stored one by its name, a file by its digest."""
    return root.name if root.dated is not None else root_digest(root)


UNNAMED = "https://policies.example/unnamed"
"""The id of a policy that was begun from flags, until its author gives it one."""

_NAME_IT = "# Give it an id of your own, and count its version up with every change.\n"


def begin_policy(
    expectations: Expectations, trust: Iterable[str], store: TrustStore, files: Files, limits: Limits
) -> str:
    """The text of a policy to begin with: of what flags say, or a commented example where they say nothing.

    Raises as `read_trust` and `expected_policy`.
    """
    if not expectations.given:
        from importlib.resources import files as resources

        return resources(__package__).joinpath("policy_template.toml").read_text(encoding="utf-8")
    given = read_trust(trust, store, files, limits)
    policy, _ = expected_policy(expectations, given, store, files, limits)
    return _NAME_IT + to_toml(msgspec.structs.replace(policy, id=UNNAMED))
