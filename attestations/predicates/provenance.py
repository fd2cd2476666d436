"""How an artifact was built, as somebody said: SLSA provenance of every version in one view.

    Provenance
    ├── builder, build_type     who built, and by which recipe's rules
    ├── source                  repository, ref, tag, branch, commit: every place of the statement that tells one
    ├── parameters              all that came from outside the builder, whole
    └── inputs                  the inputs of the run that its event carried, where the build type has any

A fact that stands in several places is a claim in each. A reader reports them all and picks none: telling one story
is for checks to ask (`verifier.checks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from msgspec import Struct

from ..statements import Claim
from ..strict_json import Node

TAG = "refs/tags/"
BRANCH = "refs/heads/"


class Tree(Struct, frozen=True):
    """A whole JSON object of the statement, with its pointer."""

    value: Mapping[str, Any]
    pointer: str


class SourceClaims(Struct, frozen=True):
    """Where the source came from. `uri` is a repository without a ref; `ref` is full (``refs/…``); `commit` is hex."""

    uri: tuple[Claim, ...] = ()
    ref: tuple[Claim, ...] = ()
    tag: tuple[Claim, ...] = ()
    branch: tuple[Claim, ...] = ()
    commit: tuple[Claim, ...] = ()

    def __add__(self, other: SourceClaims) -> SourceClaims:
        return SourceClaims(*(mine + theirs for mine, theirs in zip(self.parts, other.parts, strict=True)))

    @property
    def parts(self) -> tuple[tuple[Claim, ...], ...]:
        return self.uri, self.ref, self.tag, self.branch, self.commit


class Provenance(Struct, frozen=True):
    """One SLSA provenance predicate, unauthenticated in itself: it is as good as the statement that holds it."""

    predicate_type: str
    builder: Claim
    build_type: Claim
    source: SourceClaims
    parameters: Tree
    inputs: Tree | None


def text_claim(node: Node) -> Claim:
    """The string at `node`. Raises: FormatFault ``json.type``."""
    return Claim(node.text(), node.pointer)


def tree(node: Node) -> Tree:
    """The object at `node`. Raises: FormatFault ``json.type``."""
    return Tree(node.object(), node.pointer)


def ref_claims(node: Node | None) -> SourceClaims:
    """What a full ref says: itself, and the tag or branch that it is. Nothing where it is absent or empty."""
    if node is None or not node.text():
        return SourceClaims()
    ref = text_claim(node)
    return SourceClaims(ref=(ref,)) + named_ref(ref)


def named_ref(ref: Claim) -> SourceClaims:
    """The tag or the branch that the full ref is, without the ref itself."""
    if ref.value.startswith(TAG):
        return SourceClaims(tag=(Claim(ref.value.removeprefix(TAG), ref.pointer),))
    if ref.value.startswith(BRANCH):
        return SourceClaims(branch=(Claim(ref.value.removeprefix(BRANCH), ref.pointer),))
    return SourceClaims()


def commit_claims(node: Node | None) -> SourceClaims:
    """The commit that a string names. Nothing where it is absent or empty."""
    if node is None or not node.text():
        return SourceClaims()
    return SourceClaims(commit=(text_claim(node),))


def dependency_claims(node: Node) -> SourceClaims:
    """What a material, config source or resolved dependency says: ``{"uri": "git+https://…@refs/…", "digest": {…}}``.

    Git commits stand there as ``gitCommit`` or, in older versions, as ``sha1``. Raises: FormatFault ``json.*``.
    """
    uri = node.given("uri")
    if uri is None:
        return SourceClaims()
    repository, ref = split_uri(uri.text())
    claims = SourceClaims(uri=(Claim(repository, uri.pointer),))
    if ref.startswith("refs/"):
        claims += SourceClaims(ref=(Claim(ref, uri.pointer),)) + named_ref(Claim(ref, uri.pointer))
    digest = node.given("digest")
    if digest is not None:
        for name in ("gitCommit", "sha1"):
            claims += commit_claims(digest.given(name))
    return claims


def split_uri(uri: str) -> tuple[str, str]:
    """Repository and ref of ``scheme://authority/path@ref``; the ref is "" where there is none.

    The authority may hold an ``@`` of its own; some Cloud Build provenance writes the separator twice. An object in
    Cloud Storage is followed by ``#`` and its generation.
    """
    if uri.startswith("gs://"):
        item, _, generation = uri.partition("#")
        return item, generation
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    path, at, ref = path.partition("@")
    if not (separator and slash and at):
        return uri, ""
    return f"{scheme}://{authority}/{path}", ref.removeprefix("@")


def repository_name(uri: str) -> str:
    """A repository's URI in the one spelling by which it is compared: ``git+`` and ``.git`` say nothing."""
    return uri.removeprefix("git+").removesuffix("/").removesuffix(".git")


def about(repositories: Iterable[Claim], dependencies: Node | None) -> SourceClaims:
    """What the dependencies that are one of `repositories` say of it; all others are no source of the build."""
    known = {repository_name(claim.value) for claim in repositories}
    said = map(dependency_claims, dependencies.items() if dependencies is not None else ())
    of_source = [one.parts for one in said if any(repository_name(claim.value) in known for claim in one.uri)]
    # Joined once: to add them one by one copies as many times as there are dependencies.
    return SourceClaims(*(tuple(chain.from_iterable(part)) for part in zip(*of_source, strict=True)))
