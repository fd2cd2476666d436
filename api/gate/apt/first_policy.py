"""A first gate for this machine's apt, as text: every line says why it is there, where it was found, what weakens it.

    gate.toml               the gate: a guard an archive
    policies/NAME.toml      what is asked of an archive's packages
    keys/NAME.asc           a keyring that stood in a source

What is written is read back before anybody gets it.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from attestations.limits import DEFAULT_LIMITS
from verifier.policy.parse import parse_policy

from ...render.visible import visible
from ..settings import FORMAT
from .archives import Archive
from .keyrings import Keyring, called

POLICY_FORMAT = "countersign.policy/1"
IDS = "https://policies.example/apt/"
LOOK_ON = datetime.timedelta(days=14)
"""For how long a first gate is proposed to look on."""

REST = datetime.timedelta(days=120)
"""How old a Release that states no end may become: point releases of a distribution come every two months."""


def first_gate(archives: Sequence[Archive], now: datetime.datetime) -> Mapping[str, bytes]:
    """The files of a gate for these archives, by their paths in its directory.

    Raises:
        PolicyFault: ``policy.*``, for an archive whose own words cannot stand in a policy.
    """
    named = _named(archives)
    rings = {ring: _ring_path(name, ring) for name, each in named.items() for ring, _ in each.keys}
    contents = {"gate.toml": _text(_settings(named, rings, now))}
    for name, archive in named.items():
        path = f"policies/{name}.toml"
        contents[path] = _text(_policy(name, archive, now))
        parse_policy(contents[path], path, DEFAULT_LIMITS)
    return contents | {path: ring.content for ring, path in rings.items() if ring.content is not None}


def _text(lines: Iterator[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _named(archives: Sequence[Archive]) -> dict[str, Archive]:
    """Each archive under a name of its own that a file and an id can have."""
    named: dict[str, Archive] = {}
    for archive in archives:
        _, _, rest = archive.uri.partition(":")
        plain = re.sub(r"[^a-z0-9.+]+", "-", f"{rest}-{archive.suite}".lower()).strip("-.")[:48] or "archive"
        name, number = plain, 2
        while name in named:
            name, number = f"{plain}-{number}", number + 1
        named[name] = archive
    return named


def _ring_path(name: str, ring: Keyring) -> str:
    return f"keys/{name}.asc" if ring.content is not None else ring.path


def _settings(named: Mapping[str, Archive], rings: Mapping[Keyring, str], now: datetime.datetime) -> Iterator[str]:
    yield "# The gate of this machine's apt, written from apt's own configuration. Paths are relative to this file."
    yield f"format = {_string(FORMAT)}"
    yield ""
    yield "# What was accepted, and every decision (decisions.jsonl). Who writes there can have older packages pass."
    yield 'state = "state"'
    yield ""
    yield "# Look on first: without the #, everything is let through until then, and what would have been held is told."
    yield f"# observe_until = {now + LOOK_ON:%Y-%m-%dT00:00:00Z}"
    yield ""
    yield "# A package is judged under every guard whose evidence lists it, and held where none does."
    yield "#   policy     what is asked of it"
    yield "#   trust      where the keys are: a keyring decides nothing, the policy names the keys that count"
    yield "#   evidence   what apt holds of the archive, Release and indexes: apt-get update brings it up to date"
    for name, archive in named.items():
        yield ""
        yield f"# {_comment(f'{archive.uri} {archive.suite}')}, from {_comment(', '.join(archive.places))}."
        yield "[[guard]]"
        yield f'policy = "policies/{name}.toml"'
        paths = dict.fromkeys(rings[ring] for ring, _ in archive.keys)
        yield f"trust = [{', '.join(map(_string, paths))}]"
        yield f"evidence = [{_string(archive.lists)}]"


def _policy(name: str, archive: Archive, now: datetime.datetime) -> Iterator[str]:
    yield f"# What is asked of packages from {_comment(archive.uri)}, suite {_comment(archive.suite)}."
    yield f"# Written from {_comment(', '.join(archive.places))}. Read it whole: a line taken away asks for less."
    yield f"format = {_string(POLICY_FORMAT)}"
    yield ""
    yield "# How verdicts and the journal call this policy. Make it yours, and count the version up with every change."
    yield f"id = {_string(IDS + name)}"
    yield "version = 1"
    for number, (ring, key) in enumerate(archive.keys, start=1):
        fingerprint, owner = called(key)
        end = f"{key.window.end:%Y-%m-%d}" if key.window.end is not None else "further notice"
        yield ""
        yield f"# {_comment(owner) or 'a key without a name'}, OpenPGP {fingerprint.upper()}, until {end}"
        yield f"# Found in {_comment(ring.path)}{_why_that_ring(archive)}."
        yield f"# {_why_pinned(archive)}"
        yield f"[signers.key-{number}]"
        yield f"group = {_string(name)}"
        yield f"key = {_string(str(key.key.fingerprint))}"
    yield from _left_out(archive)
    yield ""
    yield from _requirement(archive, now)


def _why_that_ring(archive: Archive) -> str:
    return (
        ", which the source names (Signed-By)" if archive.named else ": the source names none, apt takes any key there"
    )


def _why_pinned(archive: Archive) -> str:
    if archive.release is None:
        return "apt holds nothing of the archive yet: see that this key is its own, or take it away."
    return (
        f"It signed the Release that apt holds, of {archive.release.date:%Y-%m-%d %H:%M} UTC. More keys ask for less."
    )


def _left_out(archive: Archive) -> Iterator[str]:
    """Keys that are not pinned: the archive's next one is often among them."""
    others = archive.others if archive.named else ()
    if others:
        yield ""
        yield "# In the same keyring, and not pinned since they did not sign what apt holds:"
    for _, key in others[:20]:
        fingerprint, owner = called(key)
        yield f"#   {_comment(owner) or 'a key without a name'}, OpenPGP {fingerprint.upper()}"
        yield f"#   {key.key.fingerprint}"


def _requirement(archive: Archive, now: datetime.datetime) -> Iterator[str]:
    keys = [f"key-{number}" for number in range(1, len(archive.keys) + 1)]
    yield "[[require]]"
    yield 'check = "debian"'
    yield "# One of them must have signed the Release. To ask for two: groups of their own, and threshold = 2."
    yield f"signers = [{', '.join(map(_string, keys))}]"
    release = archive.release
    if release is not None:
        yield from _identity(archive)
    if archive.components:
        yield "# The components that the source takes. Without this line, packages of all components pass."
        yield f"component = {_one_of(archive.components)}"
    if archive.architectures:
        yield "# The architectures that apt takes here; packages for all of them (all) pass besides."
        yield f"architecture = {_one_of(archive.architectures)}"
    yield "# To take only some packages from this archive, whatever else it lists: their names."
    yield "# name = { pattern = '^(acme-agent|acme-rules)$' }"
    yield from _age(archive, now)
    yield "# Never back: a Release older than the one that was accepted is refused. A gate asks for this."
    yield "current = true"


def _identity(archive: Archive) -> Iterator[str]:
    """What the archive calls itself: one key may sign several."""
    release = archive.release
    assert release is not None
    yield "# What the signed Release calls itself. Without these, another archive of the same keys passes as this one."
    for name, value in (("origin", release.origin), ("label", release.label)):
        if value is not None:
            yield f"{name} = {_string(value)}"
    if release.suite == archive.suite != release.codename:
        yield "# The source follows a suite, and so does this. A codename would hold where the suite goes on."
        yield f"suite = {_string(archive.suite)}"
    elif release.codename is not None:
        yield f"codename = {_string(release.codename)}"


def _age(archive: Archive, now: datetime.datetime) -> Iterator[str]:
    """How old the Release may become: by its own word, or by ours; or that it is at rest already."""
    release = archive.release
    if release is not None and release.until is not None:
        yield f"# No max_age: the archive says until when a Release holds, this one until {release.until:%Y-%m-%d}."
        return
    yield "# The archive does not say until when a Release holds: without max_age a mirror may serve it for ever."
    age = now - release.date if release is not None else REST
    if age > REST:
        yield f"# This one is {age.days} days old. An archive at rest looks so, and a frozen mirror looks the same."
        yield "# Find out which it is; if it is not at rest, take the # away."
        yield f'# max_age = "{REST.days}d"'
    else:
        yield f'max_age = "{REST.days}d"'


def _one_of(values: Sequence[str]) -> str:
    if len(values) == 1:
        return _string(values[0])
    return f"{{ pattern = {_string('^(' + '|'.join(map(_escaped, values)) + ')$')} }}"


def _escaped(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9/_-]", lambda found: "\\" + found[0], text)


def _string(text: str) -> str:
    """A basic string of TOML's, which JSON's strings are."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Another's words within a remark: on one line, and not too long."""
    return visible(text)[:160]
