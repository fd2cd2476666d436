"""What is trusted of TUF repositories, and what they agree on, for people."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.reasons import REASONS
from verifier.updates.tuf.client import Session
from verifier.updates.tuf.opinions import Confirmed
from verifier.updates.tuf.tap4 import Agreement, Refused
from verifier.updates.tuf.thresholds import fingerprints
from verifier.updates.tuf.trusted import Trusted

from .lines import fault_line
from .visible import visible


def pinned_screen(pinned: Mapping[str, Trusted]) -> str:
    """The roots that are trusted from here on: to be compared with what their owners say."""
    return "".join(_pinned(name, trusted) for name, trusted in pinned.items())


def _pinned(name: str, trusted: Trusted) -> str:
    role = trusted.root.roles["root"]
    keys = sorted(fingerprints(role, trusted.root.keys))
    expires = f"{trusted.root.common.expires:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"{name}  root {trusted.root.common.version}, valid until {expires}; {role.threshold} of these keys sign it:"
    ]
    return "".join(f"{line}\n" for line in [*lines, *(f"    {key}" for key in keys)])


def session_line(name: str, session: Session | Refused, confirmed: Confirmed | None = None) -> str:
    """How far a repository was followed and whether another client came as far, if one was asked; or why not."""
    if isinstance(session, Refused):
        return visible(f"{name}  REFUSED  {fault_line(session.fault, REASONS[session.fault.reason].remedy)}") + "\n"
    trusted = session.trusted
    assert trusted.timestamp is not None
    assert trusted.snapshot is not None
    numbers = (
        f"root {trusted.root.common.version}, timestamp {trusted.timestamp.common.version}"
        f", snapshot {trusted.snapshot.common.version}, targets {session.targets.common.version}"
    )
    lines = [f"{name}  {numbers}, current until {trusted.timestamp.common.expires:%Y-%m-%d %H:%M} UTC"]
    if confirmed is not None:
        lines.append(f"    {_confirmed(confirmed)}")
    return "".join(visible(line) + "\n" for line in lines)


def _confirmed(confirmed: Confirmed) -> str:
    client = f"{confirmed.engine} {confirmed.version}"
    if confirmed.alone:
        return f"one client, our own: {client} does not follow it. {confirmed.alone}"
    return f"two clients: {client} comes to the same"


def agreement_screen(
    agreement: Agreement, confirmed: Mapping[str, Confirmed], source: str | None, output: str | None
) -> str:
    """Who agrees on what, who does not, and where the file is."""
    lines = [f"{agreement.path}  {agreement.file.length} bytes"]
    lines += [f"    {name}:{value}" for name, value in agreement.file.hashes.items()]
    lines.append(f"agreed by {', '.join(agreement.parties)}")
    listed = (each.repository for each in agreement.listings)
    lines += [f"    {name}  {_confirmed(confirmed[name])}" for name in listed if name in confirmed]
    lines += [f"not by {each.repository}: {fault_line(each.fault, '')}".rstrip() for each in agreement.others]
    if output is not None:
        lines.append(f"written to {output}, out of the repository of {source}")
    return "".join(visible(line) + "\n" for line in lines)
