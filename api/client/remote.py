"""One service, as values: what it is asked, and what it answers.

with connect(Address("https://verdicts.example", token), patience=600) as remote:
    remote.put_artifact(digest, source, size, "endpoint.exe")
    standing = remote.submit(Asked(artifact=digest, policy={"id": "https://policies.example/endpoint"}))
    standing = remote.wait(standing)                   # RemoteFault remote.pending where it takes longer
    report = remote.report(standing.verdict)           # the bytes, as `countersign verify --format json` gives them
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import ssl
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from msgspec import Struct

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest, format_time
from verifier.request import TrustFile

from ..version import VERSION
from .asking import SECONDS, Asking, answered, believing
from .faults import RemoteFault
from .sending import Source, send
from .updates import ChannelRelease, Decision, Update, decision_of, release_of, update_tree

LONGEST_WAIT = 60
"""Seconds that one request may ask the service to wait."""

INLINE = 256 * 1024
"""Bytes of evidence that go along in the request; larger files go first, each on its own."""


class Address(Struct, frozen=True):
    """Where a service is, and what shows who asks. `authorities` is a PEM file; None: those of the system."""

    url: str
    token: str
    authorities: str | None = None

    def __repr__(self) -> str:
        """Without the token: it would end up in a log."""
        return f"Address({self.url!r})"


class Asked(Struct, frozen=True, kw_only=True):
    """A request for a verdict. `artifact` is a SHA-256 (hex); `policy` one of ``{"id", "version"?}``, ``{"digest"}``,
    ``{"content": TOML}``; `evidence` pairs of name and content; `trust` names that the service knows, `files` trust
    roots and keys that go along.

    `algorithms` are those of the artifact's digests to judge by; none: all that the service measured.
    `digest_alone` has it judged as if nobody had seen its bytes, also where the service has.
    """

    artifact: str
    policy: dict[str, Any]
    name: str | None = None
    algorithms: tuple[str, ...] = ()
    digest_alone: bool = False
    evidence: tuple[tuple[str, bytes], ...] = ()
    release: str | None = None
    trust: tuple[str, ...] = ()
    files: tuple[TrustFile, ...] = ()
    key: str | None = None


class Standing(Struct, frozen=True):
    """How far a verification is: `verdict` is None until it has one."""

    id: str
    verdict: str | None


@contextlib.contextmanager
def connect(
    address: Address, *, patience: float = 0.0, transport: httpx.BaseTransport | None = None, **times: Any
) -> Iterator[Remote]:
    """A service, for as long as the block takes. `patience`: seconds to try again, and to wait for verdicts.

    Raises:
        RemoteFault: ``remote.plain``: a token would go in clear over a network.
    """
    check_private(address.url)
    client = httpx.Client(
        base_url=address.url,
        headers={"Authorization": f"Bearer {address.token}", "User-Agent": f"countersign/{VERSION}"},
        verify=authorities(address.authorities),
        transport=transport,
        timeout=httpx.Timeout(SECONDS, connect=10.0),
        follow_redirects=False,
    )
    with client:
        yield Remote(Asking(client, patience=patience, **times))


def authorities(path: str | None) -> ssl.SSLContext | bool:
    """Whom to believe who the service is: the certificates (PEM) at `path`, or those of the system.

    Raises:
        RemoteFault: ``remote.unreachable``: there are none.
    """
    if path is None:
        return True
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        detail = f"no certificates in PEM: {error}"
        raise RemoteFault("remote.unreachable", detail, place=Place(path)) from None


def check_private(url: str) -> None:
    """Refuse a URL to which a token would go in clear over a network: ``http`` to another machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_own(parts.hostname):
        return
    raise RemoteFault("remote.plain", "a token would go there in clear", place=Place(url), expected="https://…")


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Remote:
    """A service that can be asked. Every method raises `RemoteFault`: ``remote.*``, or the reason the service gives."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def has_artifact(self, sha256: str) -> bool:
        """Whether the service has seen the bytes of this digest, for this tenant."""
        answer = self._asking.ask("GET", f"/v1/artifacts/{sha256}", taking={404})
        if answer.status_code == 404:
            return False
        with believing():
            return answered(answer).get("size") is not None

    def put_artifact(self, sha256: str, source: Source, size: int, name: str) -> None:
        """Send an artifact's bytes; a large one in parts. The service refuses what does not have this digest."""
        send(self._asking, sha256, source, size, name)

    def put_evidence(self, name: str, content: bytes) -> str:
        """Send a file of evidence as it is; its SHA-256 comes back."""
        sha256 = hashlib.sha256(content).hexdigest()
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(content))}
        path = f"/v1/evidence/{sha256}?name={quote(name, safe='')}"
        with believing():
            answer = self._asking.ask("PUT", path, body=lambda: iter((content,)), headers=headers)
            return answered(answer).field("sha256").text()

    def published(self, policy: str) -> tuple[str, Policy]:
        """The digest (hex) and the text of the operator's policy of that id, in its present version.

        Raises:
            RemoteFault: ``remote.policy_unknown``; ``remote.answer``, also where the text is not that of the digest.
        """
        with believing():
            listed = answered(self._asking.ask("GET", "/v1/policies")).field("items").items()
            for item in listed:
                if item.field("id").text() == policy and item.field("published").boolean() and not _replaced(item):
                    sha256 = item.field("digest").text()
                    whole = answered(self._asking.ask("GET", f"/v1/policies/{quote(sha256)}"))
                    read = parse_policy(whole.field("content").text().encode(), policy, DEFAULT_LIMITS)
                    if digest(read).hex != sha256:
                        raise RemoteFault("remote.answer", "a policy of another digest", expected=sha256)
                    return sha256, read
        raise RemoteFault("remote.policy_unknown", "the operator publishes no policy of this id", actual=policy)

    def submit(self, asked: Asked) -> Standing:
        """Ask for a verdict. The same request again is the same verification."""
        files = [
            _given(
                name=file.name,
                content=_base64(file.content),
                dated=format_time(file.dated) if file.dated is not None else None,
            )
            for file in asked.files
        ]
        tree = {
            "artifact": _given(
                sha256=asked.artifact,
                name=asked.name,
                algorithms=list(asked.algorithms) or None,
                digest_alone=asked.digest_alone or None,
            ),
            "evidence": [self._evidence(name, content) for name, content in asked.evidence],
            "policy": asked.policy,
            **_given(release=asked.release, trust=[*asked.trust, *files] or None),
        }
        headers = {"Idempotency-Key": asked.key} if asked.key is not None else {}
        return _standing(self._asking.ask("POST", "/v1/verifications", tree=tree, headers=headers))

    def _evidence(self, name: str, content: bytes) -> dict[str, str]:
        if len(content) > INLINE:
            return {"name": name, "sha256": self.put_evidence(name, content)}
        return {"name": name, "content": _base64(content)}

    def standing(self, verification: str, seconds: float = 0.0) -> Standing:
        """How far a verification is, after `seconds` at most."""
        wait = min(int(seconds), LONGEST_WAIT)
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        return _standing(self._asking.ask("GET", f"/v1/verifications/{quote(verification)}", headers=headers))

    def wait(self, standing: Standing) -> Standing:
        """The verification once it has its verdict, as long as patience lasts.

        Raises:
            RemoteFault: ``remote.pending``.
        """
        while standing.verdict is None:
            left = self._asking.left()
            if left < 1:
                detail = f"verification {standing.id} has no verdict yet"
                raise RemoteFault("remote.pending", detail, actual=standing.id)
            standing = self.standing(standing.id, left)
        return standing

    def report(self, verdict: str) -> bytes:
        """The report of a verdict, byte for byte."""
        return self._bytes(f"/v1/reports/{quote(verdict)}")

    def record(self, verdict: str) -> bytes:
        """All that a verdict follows from, for `countersign replay`."""
        return self._bytes(f"/v1/records/{quote(verdict)}")

    def bundle(self, verdict: str) -> bytes | None:
        """The signed verdict; None where nobody signed it, as under a tenant's own policy."""
        answer = self._asking.ask("GET", f"/v1/verdicts/{quote(verdict)}/bundle", taking={404})
        return answer.content if answer.status_code != 404 else None

    def check_updates(self, *updates: Update) -> tuple[Decision, ...]:
        """Whether each of these may be installed, in order."""
        tree = {"items": [update_tree(each) for each in updates]}
        with believing():
            answer = answered(self._asking.ask("POST", "/v1/updates/check", tree=tree))
            decisions = tuple(map(decision_of, answer.field("items").items()))
        if len(decisions) != len(updates):
            raise RemoteFault("remote.answer", "another number of decisions", expected=str(len(updates)))
        return decisions

    def latest(self, vendor: str, product: str, channel: str, **wanted: str) -> tuple[ChannelRelease, ...]:
        """The latest release of each platform and variant of a channel; `wanted` names some, or a policy by digest."""
        words = "/".join(quote(word, safe="") for word in (vendor, product, channel))
        with believing():
            answer = self._asking.ask("GET", f"/v1/channels/{words}/latest?{urlencode(wanted)}")
            return tuple(map(release_of, answered(answer).field("items").items()))

    def file_waiver(self, policy: str, *envelopes: bytes) -> str:
        """Have the service keep a waiver of the tenant's policy of that digest (hex), in its trail; the waiver's id."""
        tree = {"policy": policy, "envelopes": list(map(_base64, envelopes))}
        with believing():
            return answered(self._asking.ask("POST", "/v1/waivers", tree=tree)).field("id").text()

    def _bytes(self, path: str) -> bytes:
        return self._asking.ask("GET", path).content


def _standing(answer: httpx.Response) -> Standing:
    with believing():
        node = answered(answer)
        verdict = node.get("verdict")
        named = verdict.text() if verdict is not None and verdict.value is not None else None
        return Standing(node.field("id").text(), named)


def _replaced(policy: Node) -> bool:
    replaced = policy.get("replaced")
    return replaced is not None and replaced.value is not None


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
