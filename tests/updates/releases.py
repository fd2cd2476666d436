"""A vendor's releases with manifests of our own format, true or hostile, and our gate in front of them.

No other program reads such a manifest: what is decided here is ours alone.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.recipes.scene import fingerprint
from fixtures.world.dsse import pae
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, pem

from .gates import Gate
from .seen import Ours

KEY, SECOND, STRANGER = (ed25519_key(f"updates release {name}") for name in ("one", "two", "stranger"))
WEAKER = ec_key("updates release weaker")
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://countersign.example/types/manifest/v1"
DAY = datetime.timedelta(days=1)
POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/endpoint"
version = 1

[signers.first]
group = "acme"
key = "{first}"

[signers.weaker]
group = "acme"
key = "{weaker}"

[signers.second]
group = "acme-security"
key = "{second}"

[[require]]
check = "manifest"
signers = ["first", "weaker", "second"]
threshold = {threshold}
vendor = "acme"
product = "endpoint"
{stream}
match = {match}
current = true
max_age = "7d"
"""
STABLE = 'channel = "stable"\nplatform = "windows"'


@dataclass(frozen=True, slots=True)
class Release:
    """A release and its manifest: `fields` of the predicate besides the usual ones (None leaves one out).

    `files` are what is offered, by name, and `listed` what the manifest lists, where that is something else. `deltas`
    are those of the listed files that are differences: what they are made for, and what they make.
    """

    number: int = 712
    files: Mapping[str, bytes] = field(default_factory=lambda: {"endpoint.exe": b"bytes of 712"})
    listed: Mapping[str, bytes] | None = None
    deltas: Mapping[str, tuple[bytes, bytes]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    signers: tuple[SigningKey, ...] = (KEY,)
    signed: bool = True

    def manifest(self) -> bytes:
        """The manifest in envelopes, one for each signer, a line each; without signers one that nobody signed."""
        payload = json.dumps(self._statement()).encode()
        return b"".join(self._envelope(payload, key) + b"\n" for key in self.signers or (None,))

    def _statement(self) -> dict[str, Any]:
        listed = self.files if self.listed is None else self.listed
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in listed.items()}
        fields: dict[str, Any] = {
            "vendor": "acme",
            "product": "endpoint",
            "channel": "stable",
            "platform": "windows",
            "version": f"7.{self.number}.0",
            "sequence": self.number,
            "artifacts": [
                {"name": name, "sha256": digests[name], "size": len(listed[name]), **self._delta(name)}
                for name in listed
            ],
        }
        return {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()],
            "predicateType": PREDICATE_TYPE,
            "predicate": {name: value for name, value in {**fields, **self.fields}.items() if value is not None},
        }

    def _delta(self, name: str) -> dict[str, Any]:
        if name not in self.deltas:
            return {}
        base, result = ({"sha256": hashlib.sha256(content).hexdigest()} for content in self.deltas[name])
        return {"delta": {"base": base, "result": result}}

    def _envelope(self, payload: bytes, key: SigningKey | None) -> bytes:
        message = pae(PAYLOAD_TYPE, payload) if self.signed else b"something else"
        tree = {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": base64.b64encode(key.sign(message)).decode()}] if key is not None else [],
        }
        return json.dumps(tree).encode()


class Fleet:
    """A machine with our gate, begun in `folder`; `match` and `stream` are of its policy's requirement."""

    def __init__(
        self, folder: Path, *, threshold: int = 1, match: tuple[str, ...] = ("sha256", "size"), stream: str = STABLE
    ) -> None:
        self._folder = folder
        keys: dict[str, SigningKey] = {"first": KEY, "second": SECOND, "weaker": WEAKER}
        pinned = {name: fingerprint(key) for name, key in keys.items()}
        policy = POLICY.format(**pinned, threshold=threshold, match=list(match), stream=stream)
        self._gate = Gate(folder, policy, [pem(key.spki) for key in keys.values()])

    def check(self, release: Release, now: datetime.datetime) -> Ours:
        """What the gate decides about the release's files, together."""
        manifest = self._folder / "manifest.jsonl"
        manifest.write_bytes(release.manifest())
        return self._gate.check(self._put(release), [manifest], now)

    def install(self, release: Release, now: datetime.datetime) -> None:
        """The gate allows the release, and is told that it is installed."""
        decided = self.check(release, now)
        assert decided.action == "allow", decided
        assert not self._gate.accept(self._put(release))

    def accept(self, content: bytes) -> str:
        """The gate is told that a file with this content is installed: the reason why it does not take it, or ""."""
        path = self._folder / "installed"
        path.write_bytes(content)
        return self._gate.accept([path])

    def stage(self, release: Release, now: datetime.datetime) -> set[str]:
        """The files that a mirror serves once it was given the release; none where it takes nothing."""
        source, target = self._folder / "source", self._folder / "mirror"
        source.mkdir(exist_ok=True)
        for name, content in {**release.files, "manifest.jsonl": release.manifest()}.items():
            (source / name).write_bytes(content)
        code = self._gate.stage(source, target, "manifest.jsonl", now)
        return {path.name for path in (target / "current").iterdir()} if code == 0 else set()

    def _put(self, release: Release) -> list[Path]:
        paths = [self._folder / name for name in release.files]
        for path, content in zip(paths, release.files.values(), strict=True):
            path.write_bytes(content)
        return paths
