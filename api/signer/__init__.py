"""The signer: a process of its own that holds the verdict key and signs what is sound, under what was published to it.

    worker ── SignRequest ──►  socket (0600)  ──►  signer          reads reports of ours, never evidence
           ◄── Signed, or why not ──                  ├─ published/   policies and trust files, by the operator
                                                      ├─ key          one verdict key
                                                      └─ journal      every signature, before it leaves

Importing this loads no key and no server.
"""

from __future__ import annotations

from .client import SignerClient
from .faults import SignerAway, SignerFault
from .values import Signed, SignRequest, Status, VerdictSigner

__all__ = ["SignRequest", "Signed", "SignerAway", "SignerClient", "SignerFault", "Status", "VerdictSigner"]
