"""Builds as their builders tell of them: from flags, or from what a CI system says of its own run.

What is told here is the builder's word about itself. It is worth as much as the key that signs it: a build that can
reach its own signing key can say anything, which SLSA calls level 1.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from attestations.predicates.slsa_provenance_v1 import OWN_BUILD_TYPE

from ..effects.faults import InputFault
from .statements import Build

GITHUB_BUILD_TYPE = "https://actions.github.io/buildtypes/workflow/v1"


def own_build(
    builder: str,
    repository: str,
    ref: str | None,
    commit: str | None,
    inputs: Mapping[str, str],
    *,
    invocation: str | None = None,
    started: datetime.datetime | None = None,
    finished: datetime.datetime | None = None,
) -> Build:
    """A build of our own build type; `ref` is full (``refs/tags/v1``), `commit` is hex."""
    source = {"repository": repository} | ({"ref": ref} if ref is not None else {})
    return Build(
        builder=builder,
        build_type=OWN_BUILD_TYPE,
        parameters={"source": source} | ({"inputs": dict(inputs)} if inputs else {}),
        dependencies=(_source(repository, ref, commit),),
        invocation=invocation,
        started=started,
        finished=finished,
    )


def github_build(variables: Mapping[str, str]) -> Build:
    """The run of a GitHub workflow, by the variables that it gives each step.

    Raises:
        InputFault: ``attest.environment``, for a variable that is not there, or does not look like one of GitHub's.

    Spec: https://actions.github.io/buildtypes/workflow/v1;
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    def said(name: str) -> str:
        if not variables.get(name):
            raise InputFault("attest.environment", f"{name} is not set: this is no step of a GitHub workflow")
        return variables[name]

    server, repository = said("GITHUB_SERVER_URL"), said("GITHUB_REPOSITORY")
    uri, ref = f"{server}/{repository}", said("GITHUB_REF")
    workflow, at, workflow_ref = said("GITHUB_WORKFLOW_REF").partition("@")
    if not (at and workflow.startswith(f"{repository}/")):
        detail = "GITHUB_WORKFLOW_REF does not name a workflow of GITHUB_REPOSITORY"
        raise InputFault("attest.environment", detail, expected=f"{repository}/…@…", actual=workflow[:200])
    path = workflow.removeprefix(f"{repository}/")
    return Build(
        builder=f"{server}/{workflow}@{workflow_ref}",
        build_type=GITHUB_BUILD_TYPE,
        parameters={"workflow": {"ref": ref, "repository": uri, "path": path}},
        internal={
            "github": {
                "event_name": said("GITHUB_EVENT_NAME"),
                "repository_id": said("GITHUB_REPOSITORY_ID"),
                "repository_owner_id": said("GITHUB_REPOSITORY_OWNER_ID"),
                "runner_environment": said("RUNNER_ENVIRONMENT"),
            }
        },
        dependencies=(_source(uri, ref, said("GITHUB_SHA")),),
        invocation=f"{uri}/actions/runs/{said('GITHUB_RUN_ID')}/attempts/{said('GITHUB_RUN_ATTEMPT')}",
    )


ENVIRONMENTS: Mapping[str, Callable[[Mapping[str, str]], Build]] = {"github": github_build}
"""CI systems that tell of their own runs, each with what is made of it."""


def _source(repository: str, ref: str | None, commit: str | None) -> Mapping[str, object]:
    """The source as a resource descriptor."""
    uri = repository if "+" in repository.partition("://")[0] else f"git+{repository}"
    descriptor: dict[str, object] = {"uri": f"{uri}@{ref}" if ref is not None else uri}
    return descriptor | ({"digest": {"gitCommit": commit}} if commit is not None else {})
