"""Formats that carry a signature and its material to us. One file each, and one line in `CARRIERS`.

A carrier is recognised by what stands in the document, never by a file's name. JSON lines (`json_lines`) are no
carrier but a framing: each line is a document of its own.
"""

from __future__ import annotations

from . import (
    attestation_list,
    cosign_blob,
    cosign_layer,
    dsse_envelope,
    gcb,
    metablock,
    minisign,
    npm_manifest,
    openpgp,
    pep740,
    sigstore_bundle,
    sshsig,
    verdict_bundle,
)
from .carrier import Carrier, Detached, Part, Reading

CARRIERS: tuple[Carrier, ...] = (
    sigstore_bundle.CARRIER,
    dsse_envelope.CARRIER,
    pep740.ATTESTATION,
    pep740.PROVENANCE,
    attestation_list.CARRIER,
    gcb.CARRIER,
    cosign_layer.MANIFEST,
    cosign_layer.INDEX,
    cosign_blob.CARRIER,
    npm_manifest.CARRIER,
    metablock.CARRIER,
    verdict_bundle.CARRIER,
)
"""All formats of JSON that are read. The first that recognises a document reads it."""

DETACHED: tuple[Detached, ...] = (minisign.CARRIER, sshsig.CARRIER, openpgp.CARRIER)
"""All formats of signatures that are no JSON."""

__all__ = ["CARRIERS", "DETACHED", "Carrier", "Detached", "Part", "Reading"]
