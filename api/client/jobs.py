"""A CI job's own identity in place of a token: what its system vouches for, exchanged for a token of an hour.

    GitHub   the runner is asked, where the job has `permissions: id-token: write`
    GitLab   COUNTERSIGN_ID_TOKEN, which the job's `id_tokens` sets

The identity token is for one audience, the address of the service as the job has it, whatever a service says: so
one that passes it on to another gets nowhere.

Spec: https://docs.github.com/actions/reference/security/oidc, https://docs.gitlab.com/ci/secrets/id_token_authentication
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx

from attestations.faults import Place
from attestations.strict_json import Node, loads

from .asking import SECONDS, Asking, answered, believing
from .faults import RemoteFault

URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
BEARER = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
GIVEN = "COUNTERSIGN_ID_TOKEN"


def exchanged(
    service: str,
    tenant: str,
    environment: Mapping[str, str],
    *,
    patience: float,
    verify: ssl.SSLContext | bool = True,
    transport: httpx.BaseTransport | None = None,
) -> str:
    """The token that the service at that address gives this job, let in by `tenant`.

    Raises:
        RemoteFault: ``remote.no_identity``, ``remote.unreachable``; the reason for which the service lets it not in.
    """
    identity = environment.get(GIVEN) or _asked_of_runner(environment, service.rstrip("/"), transport)
    client = httpx.Client(base_url=service, verify=verify, transport=transport, timeout=SECONDS, follow_redirects=False)
    with client, believing():
        tree = {"tenant": tenant, "token": identity}
        answer = Asking(client, patience=patience).ask("POST", "/v1/tokens/exchange", tree=tree)
        return answered(answer).field("secret").text()


def _asked_of_runner(environment: Mapping[str, str], audience: str, transport: httpx.BaseTransport | None) -> str:
    url, bearer = environment.get(URL, ""), environment.get(BEARER, "")
    if not url.startswith("https://") or not bearer:
        raise RemoteFault("remote.no_identity", "nothing here says which CI job this is")
    place = Place(httpx.URL(url).host)
    try:
        with httpx.Client(transport=transport, timeout=SECONDS, follow_redirects=False) as client:
            wanted = httpx.URL(url).copy_merge_params({"audience": audience})
            answer = client.get(wanted, headers={"Authorization": f"Bearer {bearer}"})
    except httpx.TransportError as error:
        raise RemoteFault("remote.unreachable", f"no answer: {type(error).__name__}", place=place) from None
    if not answer.is_success:
        detail = f"the runner gives no identity token: HTTP {answer.status_code}"
        raise RemoteFault("remote.no_identity", detail, place=place)
    with believing():
        return Node(loads(answer.content, source="the runner's answer"), "answer").field("value").text()
