"""One document of every format that is read, as JSON values: of real shape and of no meaning. Nothing verifies."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def pem(label: str, content: bytes) -> str:
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


CERTIFICATE = b"0\x82 a certificate's DER"
SIGNATURE = b"0E a signature's DER"
DIGEST = hashlib.sha256(b"artifact").hexdigest()
PAYLOAD_TYPE = "application/vnd.in-toto+json"

STATEMENT: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "artifact", "digest": {"sha256": DIGEST, "gitCommit": "0" * 40, "other": "value"}}],
    "predicateType": "https://example.com/predicate/v1",
    "predicate": {"field": [1, 2.5, None, True, {"deep": "value"}]},
}
RESOURCE: dict[str, Any] = {
    "name": "resource",
    "uri": "https://example.com",
    "digest": {"sha512": hashlib.sha512(b"artifact").hexdigest()},
    "content": b64(b"content"),
    "downloadLocation": "https://example.com/resource",
    "mediaType": "text/plain",
    "annotations": {"one": {"two": 3}},
}
ENVELOPE: dict[str, Any] = {
    "payload": b64(encode(STATEMENT)),
    "payloadType": PAYLOAD_TYPE,
    "signatures": [{"keyid": "", "sig": b64(SIGNATURE)}],
}
GENERATOR_ENVELOPE: dict[str, Any] = {
    **ENVELOPE,
    "signatures": [{"keyid": "", "sig": b64(SIGNATURE), "cert": pem("CERTIFICATE", CERTIFICATE)}],
}
VERDICT_BUNDLE: dict[str, Any] = {
    "mediaType": "application/vnd.countersign.verdict+json;version=1",
    "report": {"digest": {"sha256": hashlib.sha256(encode(STATEMENT)).hexdigest()}, "envelope": ENVELOPE},
    "vsa": ENVELOPE,
    "svr": ENVELOPE,
}

_SOURCE = {"uri": "git+https://example.com/source@refs/tags/v1", "digest": {"sha1": "0" * 40}}
_WORKFLOW = {"repository": "https://example.com/source", "ref": "refs/tags/v1", "path": ".build/release.yml"}

_PREDICATES: Mapping[str, dict[str, Any]] = {
    "v0.1": {
        "builder": {"id": "https://example.com/builder"},
        "recipe": {"type": "https://example.com/recipe", "definedInMaterial": 0, "entryPoint": "all", "arguments": {}},
        "materials": [_SOURCE],
    },
    "v0.2": {
        "builder": {"id": "https://example.com/builder"},
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
        "invocation": {
            "configSource": {**_SOURCE, "entryPoint": ".build/release.yml"},
            "parameters": {"a": 1},
            "environment": {"github_ref": "refs/tags/v1", "github_event_payload": {"inputs": {"b": "c"}}},
        },
        "materials": [_SOURCE],
    },
    "v1": {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {"workflow": _WORKFLOW, "inputs": {"a": "b"}},
            "internalParameters": {"github": {"event_name": "push"}},
            "resolvedDependencies": [{**_SOURCE, "digest": {"gitCommit": "0" * 40}}],
        },
        "runDetails": {"builder": {"id": "https://example.com/builder"}},
    },
}
PROVENANCE: Mapping[str, dict[str, Any]] = {
    f"slsa-provenance-{version}": {
        **STATEMENT,
        "predicateType": f"https://slsa.dev/provenance/{version}",
        "predicate": predicate,
    }
    for version, predicate in _PREDICATES.items()
}

_HASH_V1 = {"algorithm": "sha256", "value": DIGEST}
_HASH_V2 = {"algorithm": "SHA2_256", "digest": b64(bytes.fromhex(DIGEST))}
_PEM_V1 = b64(pem("CERTIFICATE", CERTIFICATE).encode())

BODIES: Mapping[tuple[str, str], dict[str, Any]] = {
    ("hashedrekord", "0.0.1"): {
        "data": {"hash": _HASH_V1},
        "signature": {"content": b64(SIGNATURE), "publicKey": {"content": _PEM_V1}},
    },
    ("hashedrekord", "0.0.2"): {
        "hashedRekordV002": {
            "data": _HASH_V2,
            "signature": {
                "content": b64(SIGNATURE),
                "verifier": {
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "x509Certificate": {"rawBytes": b64(CERTIFICATE)},
                },
            },
        }
    },
    ("dsse", "0.0.1"): {
        "payloadHash": _HASH_V1,
        "envelopeHash": _HASH_V1,
        "signatures": [{"signature": b64(SIGNATURE), "verifier": _PEM_V1}],
    },
    ("intoto", "0.0.1"): {"content": {"hash": _HASH_V1, "payloadHash": _HASH_V1}, "publicKey": _PEM_V1},
    ("intoto", "0.0.2"): {
        "content": {
            "hash": _HASH_V1,
            "payloadHash": _HASH_V1,
            "envelope": {
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": b64(b64(SIGNATURE).encode()), "publicKey": _PEM_V1}],
            },
        }
    },
}


def body(kind: str, version: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "spec": BODIES[kind, version]}


def entry(kind: str = "dsse", version: str = "0.0.1") -> dict[str, Any]:
    return {
        "logIndex": "8",
        "logId": {"keyId": b64(b"i" * 32)},
        "kindVersion": {"kind": kind, "version": version},
        "integratedTime": "1700000000",
        "inclusionPromise": {"signedEntryTimestamp": b64(SIGNATURE)},
        "inclusionProof": {
            "logIndex": "3",
            "treeSize": "4",
            "rootHash": b64(b"r" * 32),
            "hashes": [b64(b"h" * 32), b64(b"g" * 32)],
            "checkpoint": {"envelope": "log.example\n4\ncg==\n\n— log.example YQ==\n"},
        },
        "canonicalizedBody": b64(encode(body(kind, version))),
    }


BUNDLE: dict[str, Any] = {
    "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "verificationMaterial": {
        "certificate": {"rawBytes": b64(CERTIFICATE)},
        "tlogEntries": [entry()],
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": b64(b"0 a token")}]},
    },
    "dsseEnvelope": ENVELOPE,
}
MESSAGE_BUNDLE: dict[str, Any] = {
    "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "verificationMaterial": {
        "x509CertificateChain": {"certificates": [{"rawBytes": b64(CERTIFICATE)}, {"rawBytes": b64(b"0 an issuer")}]},
        "tlogEntries": [entry("hashedrekord")],
    },
    "messageSignature": {"messageDigest": _HASH_V2, "signature": b64(SIGNATURE)},
}
KEY_BUNDLE: dict[str, Any] = {
    "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "verificationMaterial": {"publicKey": {"hint": "a key"}, "tlogEntries": [entry("intoto", "0.0.2")]},
    "dsseEnvelope": ENVELOPE,
}
ATTESTATION_LIST: dict[str, Any] = {
    "attestations": [{"predicateType": "https://example.com/one", "bundle": BUNDLE}, {"bundle": KEY_BUNDLE}]
}
PYPI_ATTESTATION: dict[str, Any] = {
    "version": 1,
    "verification_material": {
        "certificate": b64(CERTIFICATE),
        "transparency_entries": [entry("hashedrekord", "0.0.2")],
    },
    "envelope": {"statement": b64(encode(STATEMENT)), "signature": b64(SIGNATURE)},
}
PYPI_PROVENANCE: dict[str, Any] = {
    "version": 1,
    "attestation_bundles": [{"publisher": {"kind": "GitHub"}, "attestations": [PYPI_ATTESTATION, PYPI_ATTESTATION]}],
}

_COSIGN_ENTRY: dict[str, Any] = {
    "SignedEntryTimestamp": b64(SIGNATURE),
    "Payload": {
        "body": b64(encode(body("intoto", "0.0.1"))),
        "integratedTime": 1700000000,
        "logIndex": 8,
        "logID": "1f" * 32,
    },
}
COSIGN_BLOB: dict[str, Any] = {
    "base64Signature": b64(SIGNATURE),
    "cert": b64(pem("CERTIFICATE", CERTIFICATE).encode()),
    "rekorBundle": _COSIGN_ENTRY,
}
LAYER = encode(ENVELOPE)
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:" + "00" * 32},
    "layers": [
        {
            "mediaType": "application/vnd.dsse.envelope.v1+json",
            "size": len(LAYER),
            "digest": f"sha256:{hashlib.sha256(LAYER).hexdigest()}",
            "annotations": {
                "dev.cosignproject.cosign/signature": "",
                "dev.sigstore.cosign/bundle": json.dumps(_COSIGN_ENTRY),
                "dev.sigstore.cosign/certificate": pem("CERTIFICATE", CERTIFICATE),
                "dev.sigstore.cosign/chain": pem("CERTIFICATE", b"0 an issuer"),
            },
        }
    ],
}
CLOUD_BUILD: dict[str, Any] = {
    "image_summary": {
        "digest": f"sha256:{DIGEST}",
        "fully_qualified_digest": f"registry.example/image@sha256:{DIGEST}",
    },
    "provenance_summary": {
        "provenance": [
            {
                "kind": "BUILD",
                "resourceUri": f"https://registry.example/image@sha256:{DIGEST}",
                "build": {"intotoStatement": STATEMENT},
                "envelope": {
                    **ENVELOPE,
                    "signatures": [
                        {
                            "keyid": "projects/p/locations/global/keyRings/attestor/cryptoKeys/builtByGCB/versions/1",
                            "sig": base64.urlsafe_b64encode(SIGNATURE).decode(),
                        }
                    ],
                },
            }
        ]
    },
}
API_ENTRY: dict[str, Any] = {
    "24296fb24b8ad77a": {
        "body": b64(encode(body("hashedrekord", "0.0.1"))),
        "integratedTime": 1700000000,
        "logID": "1f" * 32,
        "logIndex": 8,
        "verification": {
            "inclusionProof": {
                "checkpoint": "log.example\n4\ncg==\n\n— log.example YQ==\n",
                "hashes": ["ab" * 32],
                "logIndex": 3,
                "rootHash": "cd" * 32,
                "treeSize": 4,
            },
            "signedEntryTimestamp": b64(SIGNATURE),
        },
    }
}

NPM_MANIFEST: dict[str, Any] = {
    "name": "@acme/endpoint",
    "version": "7.1.0",
    "dist": {
        "integrity": f"sha512-{b64(bytes(64))}",
        "signatures": [{"keyid": "SHA256:key", "sig": b64(SIGNATURE)}],
    },
}


_RULES: list[list[str]] = [
    ["MATCH", "*", "IN", "src", "WITH", "PRODUCTS", "IN", "out", "FROM", "write"],
    ["CREATE", "a?[!b]"],
    ["DISALLOW", "*"],
]
_ITEM: dict[str, Any] = {"expected_materials": _RULES, "expected_products": _RULES}
_PGP: dict[str, Any] = {
    "method": "pgp+rsa-pkcsv1.5",
    "keyval": {"public": {"n": "00", "e": "010001"}},
    "creation_time": 1,
    "validity_period": 2,
}

LAYOUT: dict[str, Any] = {
    "signed": {
        "_type": "layout",
        "expires": "2030-01-01T00:00:00Z",
        "keys": {
            "a": {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": DIGEST}},
            "b": {**_PGP, "subkeys": {"c": _PGP}},
        },
        "steps": [{"_type": "step", "name": "build", "pubkeys": ["a"], "threshold": 1, **_ITEM}],
        "inspect": [{"_type": "inspection", "name": "look", "run": ["ls"], **_ITEM}],
    },
    "signatures": [{"keyid": "a", "sig": "00"}, {"keyid": "b", "signature": "00", "other_headers": "04"}],
}
LINK: dict[str, Any] = {
    "signed": {
        "_type": "link",
        "name": "build",
        "command": ["cc"],
        "materials": {"src/main.c": {"sha256": DIGEST}},
        "products": {"out/main": {"sha256": DIGEST}},
        "byproducts": {"return-value": 0},
    },
    "signatures": [{"keyid": "a", "sig": "00"}],
}
LINK_STATEMENT: dict[str, Any] = {
    **STATEMENT,
    "predicateType": "https://in-toto.io/attestation/link/v0.3",
    "predicate": {"name": "build", "command": ["cc"], "materials": [{"name": "main.c", "digest": {"sha256": DIGEST}}]},
}
ATTESTED_LAYOUT: dict[str, Any] = {
    "signed": {
        "_type": "layout",
        "expires": "2030-01-01T00:00:00Z",
        "functionaries": {"a": {"keyType": "ed25519", "scheme": "ed25519", "keyVal": {"public": DIGEST}, "keyID": "a"}},
        "steps": [
            {
                "name": "build",
                "expectedMaterials": ["ALLOW *"],
                "expectedProducts": ["CREATE a", "DISALLOW *"],
                "expectedPredicates": [
                    {
                        "predicateType": "https://slsa.dev/provenance/v1",
                        "functionaries": ["a"],
                        "threshold": 1,
                        "expectedAttributes": [
                            {"rule": "size(predicate.a) == 1", "allowIfNoClaim": True, "warn": False, "debug": ""}
                        ],
                    }
                ],
            }
        ],
        "inspections": [{"name": "look", "command": "ls"}],
    },
    "signatures": [{"keyid": "a", "sig": "00"}],
}
