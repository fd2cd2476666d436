"""What a signing certificate can say besides its name and issuer: the names of Fulcio's claims.

Spec: Sigstore OID information, https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

from collections.abc import Mapping

CLAIMS: Mapping[str, str] = {
    "2": "github-workflow-trigger",
    "3": "github-workflow-sha",
    "4": "github-workflow-name",
    "5": "github-workflow-repository",
    "6": "github-workflow-ref",
    "9": "build-signer-uri",
    "10": "build-signer-digest",
    "11": "runner-environment",
    "12": "source-repository-uri",
    "13": "source-repository-digest",
    "14": "source-repository-ref",
    "15": "source-repository-identifier",
    "16": "source-repository-owner-uri",
    "17": "source-repository-owner-identifier",
    "18": "build-config-uri",
    "19": "build-config-digest",
    "20": "build-trigger",
    "21": "run-invocation-uri",
    "22": "source-repository-visibility",
    "23": "deployment-environment",
    "24": "token-subject",
}
"""Each claim by the last number of its OID, 1.3.6.1.4.1.57264.1.N; policies and verdicts call it by its name."""
