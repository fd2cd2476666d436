"""A publisher, as the certificate that its CI run gets: identity, issuer, claims.

    publisher   identity (SAN)                                          claims
    GitHub      …/OWNER/NAME/.github/workflows/WORKFLOW at any ref      source repository; a commit; its environment
    GitLab      …/OWNER/NAME//PATH at any ref                           source repository; a commit; its environment
    Google      the account's address
    CircleCI    project and pipeline definition                         source repository and ref, where named

A publisher in a policy is short for the rule that it comes to: the canonical form, and so the digest, is that rule's.

Spec: PEP 740; Fulcio, docs/oidc.md and docs/oid-info.md, https://github.com/sigstore/fulcio/tree/main/docs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from attestations.publishers import CircleCIPublisher, GitHubPublisher, GitLabPublisher, GooglePublisher, Publisher

from .model import Exact, Expected, Pattern, PinnedIdentity
from .pattern_syntax import escape

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
GOOGLE = "https://accounts.google.com"
CIRCLECI = "https://oidc.circleci.com"

_COMMIT = Pattern("^[0-9a-f]{40}([0-9a-f]{24})?$")


def publisher_rule(name: str, group: str, publisher: Publisher) -> PinnedIdentity:
    """The signer called `name` that only this publisher's certificates fit."""
    match publisher:
        case GitHubPublisher():
            repository = f"https://github.com/{publisher.repository}"
            identity = Pattern(f"^{escape(f'{repository}/.github/workflows/{publisher.workflow}@')}.+$")
            return PinnedIdentity(name, group, identity, GITHUB, claims=_built(repository, publisher.environment))
        case GitLabPublisher():
            repository = f"{GITLAB}/{publisher.repository}"
            identity = Pattern(f"^{escape(f'{repository}//{publisher.workflow_filepath}@')}.+$")
            return PinnedIdentity(name, group, identity, GITLAB, claims=_built(repository, publisher.environment))
        case GooglePublisher():
            return PinnedIdentity(name, group, Exact(publisher.email), GOOGLE)
        case CircleCIPublisher():
            return PinnedIdentity(name, group, _pipeline(publisher), CIRCLECI, claims=_origin(publisher))
        case _:
            assert_never(publisher)


def _built(repository: str, environment: str) -> Mapping[str, Expected]:
    """A run that does not say which commit it built is nobody's release."""
    claims: dict[str, Expected] = {
        "source-repository-uri": Exact(repository),
        "source-repository-digest": _COMMIT,
    }
    return claims | ({"deployment-environment": Exact(environment)} if environment else {})


def _pipeline(publisher: CircleCIPublisher) -> Expected:
    project, definition = publisher.project_id, publisher.pipeline_definition_id
    return Exact(f"https://circleci.com/api/v2/projects/{project}/pipeline-definitions/{definition}")


def _origin(publisher: CircleCIPublisher) -> Mapping[str, Expected]:
    named = {"source-repository-uri": publisher.vcs_origin, "source-repository-ref": publisher.vcs_ref}
    return {claim: Exact(value) for claim, value in named.items() if value}
