"""Whom the service takes at their word on who people and CI jobs are: the operator's file, and nothing else.

[[issuer]]
kind = "github"                       # github | gitlab | people | other
audience = "https://countersign.example"

[[issuer]]
kind = "gitlab"
url = "https://gitlab.acme.example"   # exactly as `iss` has it; gitlab.com where none is given
audience = "https://countersign.example"
keys = "gitlab.jwks.json"             # where the service cannot reach it: its keys, beside this file

[[issuer]]
kind = "people"
url = "https://login.acme.example"
client_id = "countersign"
client_secret = "login.secret"        # a file beside this one
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping

from msgspec import Struct

from attestations.faults import FormatFault
from attestations.strict_json import Node

from ...effects.egress import Egress
from ...effects.faults import AccessFault
from ...effects.issuer_keys import PublishedKeys, read_keys
from ...effects.oidc import ALGORITHMS, Issuer


class Kind(Struct, frozen=True):
    """A sort of issuer: its usual address, and the claims that an identity is bound to.

    `anchors` are ids that the issuer gives once and never again: names of owners and repositories are given up, and
    taken by others.
    """

    url: str
    anchors: tuple[str, ...]
    claims: tuple[str, ...]


# fmt: off
KINDS: Mapping[str, Kind] = {
    "github": Kind(
        "https://token.actions.githubusercontent.com",
        ("repository_id", "repository_owner_id"),
        ("ref", "ref_type", "environment", "event_name", "job_workflow_ref", "workflow_ref", "runner_environment",
         "repository_visibility"),
    ),
    "gitlab": Kind(
        "https://gitlab.com",
        ("project_id", "namespace_id"),
        ("ref", "ref_type", "ref_protected", "environment", "environment_protected", "pipeline_source",
         "ci_config_ref_uri", "runner_environment", "project_visibility"),
    ),
    "people": Kind("", ("sub",), ()),
    "other": Kind("", (), ()),
}
# fmt: on

_FIELDS = ("kind", "url", "audience", "keys", "algorithms", "anchors", "claims", "client_id", "client_secret")


class LoginClient(Struct, frozen=True):
    """What people log in by: an issuer whose audience is this service's `client_id` there, and its secret."""

    issuer: Issuer
    client_id: str
    secret: str


class Configured(Struct, frozen=True):
    """What the operator's file says."""

    issuers: tuple[Issuer, ...] = ()
    logins: tuple[LoginClient, ...] = ()


class Issuing(Struct, frozen=True):
    """All who are taken at their word: of CI jobs and of people; what they publish, and the way to them."""

    issuers: tuple[Issuer, ...]
    logins: tuple[LoginClient, ...]
    keys: PublishedKeys
    egress: Egress

    def find(self, url: str) -> Issuer:
        """The issuer of that address, exactly: of CI jobs or of people.

        Raises:
            AccessFault: ``identity.issuer_unknown``.
        """
        for issuer in (*self.issuers, *(login.issuer for login in self.logins)):
            if issuer.url == url:
                return issuer
        raise AccessFault("identity.issuer_unknown", "no such issuer is configured", actual=url[:200])


def issuing_of(configured: Configured, egress: Egress) -> Issuing:
    """Those who are configured, with the way to them."""
    return Issuing(configured.issuers, configured.logins, PublishedKeys(egress), egress)


def read_issuers(content: bytes, beside: Callable[[str], bytes]) -> Configured:
    """What the operator's file says; `beside` gives the files that it names.

    Raises:
        AccessFault: ``identity.settings``.
    """
    try:
        tree = tomllib.loads(content.decode())
    except ValueError as error:
        raise _wrong(str(error)) from None
    try:
        return _configured(Node(tree, "issuers"), beside)
    except FormatFault as fault:
        raise _wrong(str(fault)) from None


def _configured(file: Node, beside: Callable[[str], bytes]) -> Configured:
    file.only("issuer")
    issuers: list[Issuer] = []
    logins: list[LoginClient] = []
    for item in file.field("issuer").items():
        item.only(*_FIELDS)
        if item.field("kind").text() == "people":
            logins.append(_login(item, beside))
        else:
            issuers.append(_issuer(item, beside))
    urls = [issuer.url for issuer in (*issuers, *(login.issuer for login in logins))]
    if len(set(urls)) < len(urls):
        raise _wrong("one issuer twice")
    return Configured(tuple(issuers), tuple(logins))


def _issuer(item: Node, beside: Callable[[str], bytes]) -> Issuer:
    kind = _kind(item)
    if item.get("client_id") is not None or item.get("client_secret") is not None:
        raise _wrong("client_id and client_secret are of people's login alone")
    if kind.anchors and (item.get("anchors") is not None or item.get("claims") is not None):
        raise _wrong("anchors and claims are of kind other alone: of the rest they are known")
    anchors = kind.anchors or _texts(item.field("anchors"))
    if not anchors:
        raise _wrong("an issuer without an anchor: what does it give once and never again?")
    keys = item.get("keys")
    content = beside(keys.text()) if keys is not None else None
    if content is not None:
        read_keys(content)
    return Issuer(
        url=_url(item, kind),
        audience=item.field("audience").text(),
        anchors=anchors,
        claims=kind.claims or _texts(item.get("claims")),
        algorithms=_algorithms(item),
        keys=content,
    )


def _login(item: Node, beside: Callable[[str], bytes]) -> LoginClient:
    client = item.field("client_id").text()
    for name in ("audience", "keys", "anchors", "claims"):
        if item.get(name) is not None:
            raise _wrong(f"people's login has no {name}")
    issuer = Issuer(
        url=_url(item, _kind(item)), audience=client, anchors=KINDS["people"].anchors, algorithms=_algorithms(item)
    )
    return LoginClient(issuer, client, beside(item.field("client_secret").text()).decode("ascii").strip())


def _kind(item: Node) -> Kind:
    name = item.field("kind").text()
    if name not in KINDS:
        raise _wrong(f"no such kind: {name!r}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _url(item: Node, kind: Kind) -> str:
    given = item.get("url")
    url = given.text() if given is not None else kind.url
    if not url.startswith("https://") or url.endswith("/"):
        raise _wrong(f"an issuer's url begins with https:// and does not end with a slash: {url!r}")
    return url


def _algorithms(item: Node) -> tuple[str, ...]:
    algorithms = _texts(item.get("algorithms")) or ("RS256",)
    for name in algorithms:
        if name not in ALGORITHMS:
            raise _wrong(f"no such algorithm: {name!r}; there are {', '.join(ALGORITHMS)}")
    return algorithms


def _texts(node: Node | None) -> tuple[str, ...]:
    return () if node is None else tuple(item.text() for item in node.items())


def _wrong(detail: str) -> AccessFault:
    return AccessFault("identity.settings", detail)
