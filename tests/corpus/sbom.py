"""SBOMs: the schema of their version, and signatures over their files. What they list is not judged."""

from __future__ import annotations

from attestations.documents import kind_of
from attestations.sboms import FORMATS
from attestations.strict_json import Node, loads
from verifier.keys import load_pem
from verifier.sbom_schemas import check_schema
from verifier.signatures import named, verify

from .cases import Answer, Case, attempt, unsupported

_DETACHED = "detached-rsa-sha256-pkcs1v15"


def answer(case: Case) -> Answer:
    asked = case.params["check"]
    if asked == "schema":
        return attempt(lambda: _schema(case))
    if asked == _DETACHED:
        return attempt(lambda: _detached(case))
    return unsupported("sbom.contents_not_judged" if kind_of(case.read("sbom")) is not None else "format.unknown")


def _schema(case: Case) -> None:
    node = Node(loads(case.read("sbom")))
    check_schema(FORMATS["cyclonedx"](node), node)


def _detached(case: Case) -> None:
    key, signature = load_pem(case.read("key")), case.read("signature")
    verify(key, signature, case.read("sbom"), scheme=named("rsa-pkcs1-sha256"))
