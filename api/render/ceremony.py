"""Trust documents, drafts of them, and who was there, as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from verifier.policy.plain import format_time
from verifier.trust_documents import fingerprint

from .visible import visible

if TYPE_CHECKING:
    from attestations.ceremonies import Attendance
    from attestations.digests import Digest
    from attestations.trust_documents import Terms, TrustDocument


def document_text(document: TrustDocument) -> str:
    """A document: whose it is, its fingerprint, its keys."""
    return f"{_terms_text(document.terms)}fingerprint  {fingerprint(document)}\n"


def draft_text(terms: Terms, digest: Digest, signed: Sequence[Attendance], due: Mapping[str, int]) -> str:
    """A draft: what it says, its digest, who has signed, and how many of whom have not."""
    present = "".join(map(attendance_text, signed))
    missing = [f"{count} {whose}" for whose, count in due.items() if count]
    waiting = f"to sign      {', '.join(missing)}\n" if missing else "to sign      nobody: it can be assembled\n"
    return f"{_terms_text(terms)}draft        {digest}\n{present}{waiting}"


def attendance_text(attendance: Attendance) -> str:
    """Who signed, when, with which key."""
    return f"signed by    {visible(attendance.person)}, {format_time(attendance.at)}, {attendance.key}\n"


def _terms_text(terms: Terms) -> str:
    attended = "UNATTENDED KEYS: nobody witnessed how they were made" if terms.unattended else "made at ceremonies"
    lines = [
        f"trust document of {visible(terms.base)}, version {terms.version}, until {format_time(terms.expires)}",
        f"keys         {attended}",
        f"root keys    {terms.threshold} of {len(terms.roots)} sign",
        *(f"  root       sha256:{keyid}" for keyid in terms.roots),
    ]
    for key in terms.verdict_keys:
        end = f"until {format_time(key.until)}" if key.until is not None else "without end"
        lost = f", COMPROMISED {format_time(key.compromised)}" if key.compromised is not None else ""
        lines.append(f"  verdicts   {key.fingerprint}, from {format_time(key.start)} {end}{lost}")
    for name, role in terms.below.items():
        lines.append(f"{name:<12} {role.threshold} of {len(role.keys)} sign")
        lines += [f"  {name:<9}  sha256:{keyid}" for keyid in role.keys]
    return "\n".join(lines) + "\n"
