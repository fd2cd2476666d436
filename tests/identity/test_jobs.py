"""A CI job comes in without a secret, as the examples have it; and no service gets a token that is for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from api.cli.program import program
from api.client.faults import RemoteFault
from api.client.jobs import BEARER, GIVEN, URL, exchanged

from .issuing import AUDIENCE
from .places import GITHUB, Place, place
from .test_exchange import REPOSITORY, bind

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "ci"
RUNNER = {URL: "https://runner.example/token?job=1", BEARER: "of the runner"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    made = place(tmp_path)
    bind(made, REPOSITORY)
    yield made
    made.service.database.close()


class Net(httpx.BaseTransport):
    """The runner's and the service's addresses; it writes down what is asked where."""

    def __init__(self, here: Place) -> None:
        self._here = here
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "runner.example":
            if request.headers["Authorization"] != "Bearer of the runner":
                return httpx.Response(401)
            claims = GITHUB.claims(aud=request.url.params["audience"])
            return httpx.Response(200, json={"value": GITHUB.token(claims)})
        answer = self._here.ask(
            request.method, request.url.path, content=request.read(), headers={"Content-Type": "application/json"}
        )
        return httpx.Response(answer.status_code, content=answer.content)


def test_on_github_it_asks_its_runner_for_a_token_for_this_service(here: Place) -> None:
    net = Net(here)
    secret = exchanged(AUDIENCE + "/", "acme", RUNNER, patience=0, transport=net)
    assert here.ask("GET", "/v1/me", secret).json()["actor"].startswith("ci:identity-")
    runner, service = net.asked
    assert dict(runner.url.params) == {"job": "1", "audience": AUDIENCE}
    assert "Authorization" not in service.headers


def test_on_gitlab_the_token_is_there_already(here: Place) -> None:
    net = Net(here)
    secret = exchanged(AUDIENCE, "acme", {GIVEN: GITHUB.token()}, patience=0, transport=net)
    assert here.ask("GET", "/v1/me", secret).status_code == 200
    assert [request.url.path for request in net.asked] == ["/v1/tokens/exchange"]


def test_another_service_gets_a_token_that_this_one_refuses(here: Place) -> None:
    """What a job was told to ask is what its token is for: a service that passes it on gets nowhere."""
    net = Net(here)
    with pytest.raises(RemoteFault) as refusal:
        exchanged("https://evil.example", "acme", RUNNER, patience=0, transport=net)
    assert refusal.value.reason == "identity.audience"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {URL: "https://runner.example/token"},
        {URL: "http://runner.example/token", BEARER: "of the runner"},
        RUNNER | {BEARER: "another's"},
        RUNNER | {URL: "nowhere"},
    ],
)
def test_a_job_that_may_not_say_who_it_is_is_told_what_to_change(here: Place, environment: dict[str, str]) -> None:
    with pytest.raises(RemoteFault) as refusal:
        exchanged(AUDIENCE, "acme", environment, patience=0, transport=Net(here))
    assert refusal.value.reason == "remote.no_identity"


def parsed(line: str) -> dict[str, Any]:
    """The flags of a command line, where the program takes them."""
    words = line.split()
    assert words[:3] == ["countersign", "remote", "verify"]
    remote = program.get_command(click.Context(program), "remote")
    assert isinstance(remote, click.Group)
    verify = remote.get_command(click.Context(remote), "verify")
    assert verify is not None
    taken: dict[str, Any] = verify.make_context(
        "verify", [*words[3:], "--service", AUDIENCE], parent=click.Context(program, **program.context_settings)
    ).params
    return taken


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_the_examples_are_one_line_and_no_secret(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    tree = yaml.safe_load(text)
    if name == "github.yml":
        job = tree["jobs"]["verdict"]
        assert (tree["permissions"], job["permissions"]) == ({}, {"id-token": "write"})
        (line,) = (step["run"] for step in job["steps"])
        variables = job["env"]
    else:
        job = tree["verdict"]
        (line,) = job["script"]
        variables = job["variables"]
        assert job["id_tokens"] == {GIVEN: {"aud": variables["COUNTERSIGN_SERVICE"]}}
    assert set(variables) == {"COUNTERSIGN_SERVICE", "COUNTERSIGN_TENANT"}
    assert parsed(line)["published"] == "https://policies.example/endpoint"
    assert "secrets." not in text
