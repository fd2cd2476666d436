"""Publishers as PyPI names them: every member counts, and none is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from attestations.faults import FormatFault
from attestations.publishers import (
    READERS,
    CircleCIPublisher,
    GitHubPublisher,
    GitLabPublisher,
    GooglePublisher,
    Publisher,
    parse_publisher,
)
from attestations.strict_json import Node

GITHUB = {"kind": "GitHub", "repository": "acme/endpoint", "workflow": "release.yml"}
GITLAB = {"kind": "GitLab", "repository": "acme/group/endpoint", "workflow_filepath": "ci/release.yml"}
GOOGLE = {"kind": "Google", "email": "release@acme.example"}
CIRCLECI = {"kind": "CircleCI", "project_id": "p", "pipeline_definition_id": "d"}

READ: list[tuple[dict[str, Any], Publisher]] = [
    (GITHUB, GitHubPublisher("acme/endpoint", "release.yml")),
    (GITHUB | {"environment": None}, GitHubPublisher("acme/endpoint", "release.yml")),
    (GITHUB | {"environment": "pypi"}, GitHubPublisher("acme/endpoint", "release.yml", "pypi")),
    (GITLAB, GitLabPublisher("acme/group/endpoint", "ci/release.yml")),
    (GOOGLE, GooglePublisher("release@acme.example")),
    (CIRCLECI, CircleCIPublisher("p", "d")),
    (CIRCLECI | {"vcs_origin": "o", "vcs_ref": "r"}, CircleCIPublisher("p", "d", "o", "r")),
]


@pytest.mark.parametrize(("written", "publisher"), READ)
def test_a_publisher_is_read(written: dict[str, Any], publisher: Publisher) -> None:
    assert parse_publisher(Node(written)) == publisher


def test_every_kind_is_read_here() -> None:
    assert {written["kind"] for written, _ in READ} == set(READERS)


@pytest.mark.parametrize(("written", "reason"), [
    (GITHUB | {"kind": "Jenkins"}, "publisher.kind"),
    (GITHUB | {"kind": 1}, "json.type"),
    ({"kind": "GitHub", "repository": "acme/endpoint"}, "json.missing"),
    (GITHUB | {"repository": "endpoint"}, "json.value"),
    (GITHUB | {"workflow": ""}, "json.value"),
    (GITHUB | {"workflow": "a\u202eb"}, "json.value"),
    (GITHUB | {"workflow_filepath": "x"}, "json.unknown_field"),
    (GOOGLE | {"claims": {}}, "json.unknown_field"),
])  # fmt: skip
def test_t21_what_is_no_publisher_is_refused(written: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_publisher(Node(written))
    assert caught.value.reason == reason
