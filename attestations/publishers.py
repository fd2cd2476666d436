"""Publishers as PyPI names them: which CI workflow, project or account may upload a project's files.

    {"kind": "GitHub",   "repository": "acme/endpoint", "workflow": "release.yml", "environment": "pypi"}
    {"kind": "GitLab",   "repository": "acme/endpoint", "workflow_filepath": ".gitlab-ci.yml"}
    {"kind": "Google",   "email": "release@acme.example"}
    {"kind": "CircleCI", "project_id": "…", "pipeline_definition_id": "…", "vcs_origin": "…", "vcs_ref": "…"}

What PyPI says of a publisher beside an attestation is unsigned. The same object in a policy says who is expected, and
there every member of it counts: one that is not known is refused and never ignored (T21).

Spec: PEP 740, "Changes to provenance objects", https://peps.python.org/pep-0740/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from .strict_json import Node


class GitHubPublisher(Struct, frozen=True):
    """A workflow file of a repository ``owner/name``; `environment` is "" where any will do."""

    repository: str
    workflow: str
    environment: str = ""


class GitLabPublisher(Struct, frozen=True):
    """A pipeline file of a project on gitlab.com."""

    repository: str
    workflow_filepath: str
    environment: str = ""


class GooglePublisher(Struct, frozen=True):
    """A service account of Google Cloud, by its address."""

    email: str


class CircleCIPublisher(Struct, frozen=True):
    """A pipeline definition of a CircleCI project; `vcs_origin` and `vcs_ref` are "" where any will do."""

    project_id: str
    pipeline_definition_id: str
    vcs_origin: str = ""
    vcs_ref: str = ""


Publisher = GitHubPublisher | GitLabPublisher | GooglePublisher | CircleCIPublisher


def parse_publisher(node: Node) -> Publisher:
    """Read a publisher; a member that is null is one that is absent.

    Raises:
        FormatFault: ``publisher.kind``, ``json.missing``, ``json.type``, ``json.value``, ``json.unknown_field``.
    """
    kind = node.field("kind")
    read = READERS.get(kind.text())
    if read is None:
        raise kind.fault("publisher.kind", "no kind of publisher that is read", expected=", ".join(READERS))
    return read(node)


def _github(node: Node) -> Publisher:
    node.only("kind", "repository", "workflow", "environment")
    return GitHubPublisher(_repository(node), _word(node, "workflow"), _optional(node, "environment"))


def _gitlab(node: Node) -> Publisher:
    node.only("kind", "repository", "workflow_filepath", "environment")
    return GitLabPublisher(_repository(node), _word(node, "workflow_filepath"), _optional(node, "environment"))


def _google(node: Node) -> Publisher:
    node.only("kind", "email")
    return GooglePublisher(_word(node, "email"))


def _circleci(node: Node) -> Publisher:
    node.only("kind", "project_id", "pipeline_definition_id", "vcs_origin", "vcs_ref")
    return CircleCIPublisher(
        _word(node, "project_id"),
        _word(node, "pipeline_definition_id"),
        _optional(node, "vcs_origin"),
        _optional(node, "vcs_ref"),
    )


READERS: Mapping[str, Callable[[Node], Publisher]] = {
    "GitHub": _github,
    "GitLab": _gitlab,
    "Google": _google,
    "CircleCI": _circleci,
}
"""Every kind of publisher that is read."""


def _repository(node: Node) -> str:
    found = node.field("repository")
    owner, slash, name = found.text().partition("/")
    if not (owner and slash and name and found.text().isprintable()):
        raise found.fault("json.value", "not a repository", expected="owner/name")
    return found.text()


def _word(node: Node, name: str) -> str:
    found = node.field(name)
    if not found.text() or not found.text().isprintable():
        raise found.fault("json.value", "not one line of text")
    return found.text()


def _optional(node: Node, name: str) -> str:
    return _word(node, name) if node.given(name) is not None else ""
