"""Releases of a vendor with one key, handed in and judged; and what those who install ask about them."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from msgspec import Struct

from api.store import tenants
from api.store.database import Database
from api.store.tenants import Tenant
from api.usecases.service.policies import publish_policy
from api.usecases.service.roles import ROLES, SCOPES
from api.usecases.service.service import Principal, Service
from api.usecases.service.submission import Given, PolicyByDigest, Submission
from api.usecases.service.submit import submit
from api.usecases.service.trust_files import publish_trust
from api.usecases.service.updates import Installed, UpdateAnswer, UpdateAsked, check_update
from api.usecases.statements import Release, manifest_statement
from attestations.digests import Digest, DigestSet
from attestations.predicates.manifest import Delta
from fixtures.recipes.scene import NOW
from tests.backends import Backend
from tests.service.judging import JudgeHere
from tests.service.making import THE_OPERATOR, Signing, StandingClock, service_of, work_off
from tests.waiving import ANNA, Person, signed
from verifier.updates.streams import Stream
from verifier.verdict import Artifact

FLEET = Principal("fleet", "token:fleet", ("fleet",), SCOPES)
OTHER = Principal("other", "token:other", ("fleet",), SCOPES)
STREAM = Stream("acme", "endpoint", "stable")
POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/{name}"
version = 1

[product]
vendor = "acme"
name = "endpoint"
resource = "pkg:generic/acme/endpoint"

[signers.release]
group = "acme"
key = "{fingerprint}"

[[require]]
check = "manifest"
signer = "release"
match = ["sha256"]
"""
NAMED = 'vendor = "acme"\nproduct = "endpoint"\n'


class World(Struct, frozen=True):
    """A service with the operator and two fleets, and a policy of the first fleet's that names vendor and product."""

    service: Service
    clock: StandingClock
    policy: str

    @property
    def database(self) -> Database:
        return self.service.database

    def own_policy(self, name: str, more: str = NAMED, by: Principal = FLEET, key: Person = ANNA) -> str:
        """The digest of another policy."""
        content = (POLICY + more).format(name=name, fingerprint=key.approver.key.fingerprint)
        return publish_policy(self.service, by, content.encode()).policy.digest

    def judged(
        self,
        number: int | None,
        *files: str,
        policy: str | None = None,
        by: Principal = FLEET,
        key: Person = ANNA,
        of: tuple[str, ...] = (),
        deltas: tuple[tuple[str, str, str], ...] = (),
        **words: Any,
    ) -> tuple[str, ...]:
        """Judge these files of release `number`, of which there are also those in `of`; their SHA-256.

        `deltas` are differences among them, with what each is made for and makes.
        """
        version = words.pop("version", f"7.{number}.0")
        given = {"vendor": "acme", "product": "endpoint", "channel": "stable"} | words
        release = Release(version=version, sequence=number, **given)
        listed = [Artifact(name, DigestSet((digest_of(name),)), 10) for name in {*files, *of}]
        made = {digest_of(file): Delta(digest_of(base), digest_of(result)) for file, base, result in deltas}
        evidence = signed(manifest_statement(release, listed, made), key)
        for name in files:
            asked = Submission(
                artifact=sha256_of(name),
                policy=PolicyByDigest(policy or self.policy),
                evidence=(Given("manifest.intoto.jsonl", evidence),),
                name=name,
            )
            submit(self.service, by, asked)
        work_off(self.service)
        return tuple(map(sha256_of, files))

    def ask(
        self, *files: str, before: bytes | Installed, policy: str | None = None, by: Principal = FLEET
    ) -> UpdateAnswer:
        """May these, by SHA-256, be installed over what was there before?"""
        return check_update(self.service, by, UpdateAsked(files, PolicyByDigest(policy or self.policy), before))


def installed(version: str | None, sequence: int | None = None, stream: Stream = STREAM) -> Installed:
    return Installed(stream, version, sequence)


def sha256_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def digest_of(name: str) -> Digest:
    return Digest("sha256", sha256_of(name))


def world_of(backend: Backend, at: datetime.datetime = NOW, *, furnished: bool = False) -> World:
    """A service over a backend, with two fleets and the vendor's key; `furnished`: the operator is there already."""
    clock = StandingClock(at)
    service = service_of(backend.database, backend.blobs, clock, JudgeHere(), signer=Signing())
    new = [(FLEET.tenant, ("fleet",)), (OTHER.tenant, ("fleet",)), *([] if furnished else [("operator", ROLES)])]
    with service.database.writing() as connection:
        for name, roles in new:
            tenants.insert(connection, Tenant(name, name, tuple(roles), {}, at))
    publish_trust(service, service.blobs, THE_OPERATOR, "acme-releases", ANNA.pem.encode(), None)
    world = World(service, clock, "")
    return World(service, clock, world.own_policy("endpoint"))
