"""What the operator published to the signer: policies, each under its own verifier id, and trust files by digest.

    published/policies/<digest>.json          the policy in its plain form, and the verifier id that it alone has
    published/policies/<digest>.retired       from then on nothing is signed under it
    published/trust/<name and digest>.json    a trust file by name, SHA-256 and date; its content is not needed here
    published/trust/<name and digest>.distrusted

A file is made once and never changed: what was published stays on record, and a retired policy's name and version are
never given to another. The service's database has copies of its own; the signer looks at this folder alone.
"""

from __future__ import annotations

import datetime
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rfc8785
from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from verifier.gather import sha256
from verifier.policy.model import Policy
from verifier.policy.parse import read_policy
from verifier.policy.plain import digest, format_time, plain
from verifier.summary import is_uri
from verifier.trust_documents import verifier_of
from verifier.verdict import TrustReference

from ..effects.keys.making import write_new
from .faults import SignerFault

FORMAT = "countersign.published/1"

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


class PublishedPolicy(Struct, frozen=True):
    """A policy of the operator's, and the verifier that judges under it and under no other."""

    policy: Policy
    verifier: str


verifier_id = verifier_of
"""What an operator's policy is published as."""


class Published:
    """The folder at `directory`. Who may write there decides what the signer signs."""

    def __init__(self, directory: Path) -> None:
        self._policies = directory / "policies"
        self._trust = directory / "trust"

    def publish_policy(self, policy: Policy, verifier: str) -> None:
        """Let verdicts under `policy` be signed as `verifier`; again is no change.

        Raises:
            SignerFault: ``signer.policy_taken``: another policy has, or had, that id and version, or that verifier.
            OutputFault: ``output.unwritable``.
        """
        if not is_uri(verifier):
            raise ValueError("a verifier is named by a URI")
        for held in self._held():
            taken = (held.policy.id, held.policy.version) == (policy.id, policy.version) or held.verifier == verifier
            if taken and held != PublishedPolicy(policy, verifier):
                raise SignerFault(
                    "signer.policy_taken",
                    f"version {held.policy.version} of {held.policy.id} was published with another content",
                    expected=str(digest(held.policy)),
                    actual=str(digest(policy)),
                )
        document = {"format": FORMAT, "verifier": verifier, "policy": plain(policy)}
        _write_once(self._policies / f"{digest(policy).hex}.json", document)

    def retire_policy(self, policy: Digest) -> None:
        """Sign nothing under it from now on. Raises: OutputFault ``output.unwritable``."""
        _write_once(self._policies / f"{policy.hex}.retired", {})

    def policy(self, text: str) -> PublishedPolicy:
        """The published policy whose digest is `text`, ``sha256:…``.

        Raises:
            SignerFault: ``signer.policy_unpublished``, also for one that is retired; ``signer.damaged``.
        """
        name = text.removeprefix("sha256:")
        path = self._policies / f"{name}.json"
        if not _DIGEST.match(text) or not path.is_file():
            raise SignerFault("signer.policy_unpublished", "no policy of the operator's has this digest", actual=text)
        if (self._policies / f"{name}.retired").exists():
            raise SignerFault("signer.policy_unpublished", "the operator has retired this policy", actual=text)
        return _read_policy(path)

    def publish_trust(self, name: str, content: bytes, dated: datetime.datetime | None) -> None:
        """Let verdicts rest on the trust file `content` under `name`. Raises: OutputFault ``output.unwritable``."""
        reference = TrustReference(name, sha256(content), dated)
        _write_once(self._trust / f"{_key(reference)}.json", {"format": FORMAT, **_plain_trust(reference)})

    def distrust(self, name: str, file: Digest) -> None:
        """Sign nothing that rests on it from now on. Raises: OutputFault ``output.unwritable``."""
        _write_once(self._trust / f"{_key(TrustReference(name, file, None))}.distrusted", {})

    def check_trust(self, reference: TrustReference) -> None:
        """The trust file is published under that name, of that date.

        Raises:
            SignerFault: ``signer.trust_unpublished``, also for one that is distrusted; ``signer.damaged``.
        """
        path = self._trust / f"{_key(reference)}.json"
        if not path.is_file():
            detail = "the operator published no such trust file under that name"
            raise SignerFault("signer.trust_unpublished", detail, actual=f"{reference.name} {reference.digest}")
        if path.with_suffix(".distrusted").exists():
            detail = "the operator no longer trusts this file"
            raise SignerFault("signer.trust_unpublished", detail, actual=f"{reference.name} {reference.digest}")
        if _read(path).value != {"format": FORMAT, **_plain_trust(reference)}:
            detail = "the trust file was published as of another date"
            raise SignerFault("signer.trust_unpublished", detail, actual=str(reference.dated))

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Every policy that was ever published, by its digest in hex: the file, for anybody to read."""
        for path in sorted(self._policies.glob("*.json")):
            yield path.stem, path.read_bytes()

    def standing(self) -> Iterator[PublishedPolicy]:
        """Every policy that is published and not retired. Raises: SignerFault ``signer.damaged``."""
        for path in sorted(self._policies.glob("*.json")):
            if not path.with_suffix(".retired").exists():
                yield _read_policy(path)

    def counts(self) -> tuple[int, int]:
        """How many policies and trust files are published and neither retired nor distrusted."""
        return _count(self._policies, ".retired"), _count(self._trust, ".distrusted")

    def _held(self) -> list[PublishedPolicy]:
        return [_read_policy(path) for path in sorted(self._policies.glob("*.json"))]


def _key(reference: TrustReference) -> str:
    return sha256(rfc8785.dumps([reference.name, str(reference.digest)])).hex


def _plain_trust(reference: TrustReference) -> dict[str, Any]:
    dated = format_time(reference.dated) if reference.dated is not None else None
    return {"name": reference.name, "digest": str(reference.digest), "dated": dated}


def _count(directory: Path, ending: str) -> int:
    return sum(not path.with_suffix(ending).exists() for path in directory.glob("*.json"))


def _read_policy(path: Path) -> PublishedPolicy:
    try:
        return _parsed_policy(path.read_bytes(), path.stem)
    except (Fault, OSError) as error:
        raise _damaged(path, str(error)) from None


@functools.lru_cache(maxsize=64)
def _parsed_policy(content: bytes, name: str) -> PublishedPolicy:
    """The policy in a file of these very bytes, whose digest is `name`: read from the disk each time, parsed once.

    Raises:
        FormatFault: ``json.*``.
        PolicyFault: ``policy.*``.
    """
    node = Node(loads(content, source=name), name)
    node.only("format", "verifier", "policy")
    policy = read_policy(node.field("policy").object(), name, DEFAULT_LIMITS)
    verifier = node.field("verifier").text()
    if digest(policy).hex != name or node.field("format").value != FORMAT or not is_uri(verifier):
        raise node.fault("json.value", "not the policy that its name says")
    return PublishedPolicy(policy, verifier)


def _read(path: Path) -> Node:
    try:
        return Node(loads(path.read_bytes(), source=str(path)), str(path))
    except (Fault, OSError) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, detail: str) -> SignerFault:
    fault = SignerFault("signer.damaged", f"a file of the signer's cannot be used: {detail}")
    fault.at(Place(path.name))
    return fault


def _write_once(path: Path, document: dict[str, Any]) -> None:
    """Make the file where there is none; one that stands there says the same, or is told apart when it is read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        write_new(str(path), json.dumps(document, indent=1, ensure_ascii=True).encode("ascii") + b"\n", 0o600)
