"""From a request to a verdict: every requirement of the policy over what authenticated, every reason kept.

    judge(request) → Verdict
"""

from __future__ import annotations

from .request import EvidenceFile, KeyFile, Request, TrustFile

__all__ = ["EvidenceFile", "KeyFile", "Request", "TrustFile"]
