"""From the release that was accepted last to the one that is offered: a new state, or why there is none.

    1. Stream      the offer is of the stream that was asked about
    2. Moment      the clock was not set back; the manifest has not expired, and is not older than the asker allows
    3. Sequence    above the last one, and not absurdly far; or equal, with the same manifest
    4. Version     without numbers of sequence: above the last one, and never the same with other files
    5. Chain       where it names what came before it, that is what was accepted
    6. Strength    under no weaker scheme than the last one
    7. Set         every artifact is listed, by digest and size; every file that is listed is there
    8. Delta       each difference made for what is installed, and making a file that the manifest lists

Every step that can be made is made, and all faults are told. The caller keeps the new state after the installation, and
not before it: an update that was only looked at was not accepted.

What is installed together takes one step in each stream: files of two releases were never published together (U08).

Spec: countersign design, sections 4 (Current) and 5.4; attacks, U03 to U18
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault

from ..faults import UpdateFault
from ..manifests import Manifest
from ..policy.plain import format_time
from .offers import Offer, check_deltas, check_set
from .streams import Accepted, ReleaseState, Stream
from .versions import compare_versions

SKEW = datetime.timedelta(seconds=60)
"""How far a clock may stand behind a moment that was seen; countersign design, section 5 (Time)."""

FARTHEST = 1 << 20
"""How far a sequence may leap: a stream of one release a minute has as many in two years."""


class Asker(Struct, frozen=True):
    """What the asker wants: which stream, and how long the same release may be offered again (None: for ever)."""

    stream: Stream
    max_age: datetime.timedelta | None = None


class Step(Struct, frozen=True):
    """What an offer comes to: `state` to keep once it is installed, None where `faults` speak against it.

    `unchanged` says that it is what was accepted before. `made` are the files that differences make once they are
    applied, by the differences' own digests.
    """

    state: ReleaseState | None
    faults: tuple[Fault, ...]
    unchanged: bool = False
    made: Mapping[Digest, Digest] = {}


def advance(state: ReleaseState, offer: Offer, asker: Asker, now: datetime.datetime) -> Step:
    """Where `offer` leads from `state`. `now` is aware, in UTC, and the same for the whole decision."""
    before = state.streams.get(asker.stream)
    faults = tuple(_faults(state, before, offer, asker, now))
    if faults:
        return Step(None, faults)
    manifest = offer.manifest
    if before is not None and before.manifest == offer.statement:
        return Step(ReleaseState(state.streams, max(state.seen or now, now)), (), unchanged=True)
    accepted = Accepted(
        stream=asker.stream,
        version=manifest.version.value if manifest.version is not None else "",
        sequence=manifest.sequence,
        manifest=offer.statement,
        artifacts=tuple(sorted(offer.installs)),
        strength=offer.strength,
        expires=manifest.expires,
        at=now,
    )
    streams = {**state.streams, asker.stream: accepted}
    return Step(ReleaseState(streams, max(state.seen or now, now)), (), made=offer.made)


def advance_together(state: ReleaseState, offers: Iterable[tuple[Offer, Asker]], now: datetime.datetime) -> Step:
    """Where `offers`, installed together, lead from `state`, in whatever order they come.

    Of an archive there may be several dates, where mirrors are not equally fast: the oldest comes first.
    """
    faults: list[Fault] = []
    made: dict[Digest, Digest] = {}
    unchanged = True
    gone: set[Stream] = set()
    for offer, asker in sorted(offers, key=_place):
        step = advance(state, offer, asker, now)
        faults += step.faults
        if not step.faults and asker.stream in gone and not offer.manifest.dated:
            faults.append(UpdateFault("update.inconsistent", "files of two releases of one stream", expected="one"))
        gone.add(asker.stream)
        made |= step.made
        state = step.state or state
        unchanged = unchanged and step.unchanged
    return Step(None if faults else state, tuple(faults), unchanged=unchanged and not faults, made=made)


def _place(offered: tuple[Offer, Asker]) -> tuple[Stream, int, str]:
    offer, asker = offered
    return asker.stream, offer.manifest.sequence or 0, str(offer.statement)


def _faults(
    state: ReleaseState, before: Accepted | None, offer: Offer, asker: Asker, now: datetime.datetime
) -> Iterator[Fault]:
    steps: list[Callable[[], None]] = [
        lambda: check_stream(offer.manifest, asker.stream),
        lambda: check_clock(state, now),
        lambda: check_expiry(offer.manifest, now),
        lambda: check_set(offer),
        lambda: check_deltas(before, offer),
    ]
    if before is not None:
        steps += [
            lambda: check_age(before, offer, asker, now),
            lambda: check_sequence(before, offer),
            lambda: check_version(before, offer),
            lambda: check_chain(before, offer),
            lambda: check_strength(before, offer),
        ]
    for step in steps:
        try:
            step()
        except UpdateFault as fault:
            yield fault


def check_stream(manifest: Manifest, stream: Stream) -> None:
    """The release is of the stream. Raises: UpdateFault ``update.wrong_stream``."""
    for name in Stream.__struct_fields__:
        claim, wanted = getattr(manifest, name), getattr(stream, name)
        if (claim.value if claim is not None else "") != wanted:
            raise UpdateFault(
                "update.wrong_stream",
                f"a release of another {name}",
                expected=wanted or "none",
                actual=claim.value if claim is not None else "none",
            )


def check_clock(state: ReleaseState, now: datetime.datetime) -> None:
    """The clock was not set back. Raises: UpdateFault ``clock.suspect``."""
    if state.seen is not None and now < state.seen - SKEW:
        raise UpdateFault(
            "clock.suspect",
            "the clock stands before a moment that was seen already",
            expected=f"at least {format_time(state.seen)}",
            actual=format_time(now),
        )


def check_expiry(manifest: Manifest, now: datetime.datetime) -> None:
    """The manifest holds. Raises: UpdateFault ``update.expired``."""
    if manifest.expires is not None and manifest.expires <= now:
        raise UpdateFault(
            "update.expired",
            "the manifest is no longer valid",
            expected=f"asked before {format_time(manifest.expires)}",
            actual=f"asked at {format_time(now)}",
        )


def check_age(before: Accepted, offer: Offer, asker: Asker, now: datetime.datetime) -> None:
    """Something new came within the time that the asker allows. Raises: UpdateFault ``update.stale_source``."""
    same = offer.statement == before.manifest
    if same and asker.max_age is not None and now - before.at > asker.max_age:
        raise UpdateFault(
            "update.stale_source",
            "the source offers what was accepted long ago, and nothing since",
            expected=f"something newer than {format_time(before.at)}",
            actual=f"the same at {format_time(now)}",
        )


def check_sequence(before: Accepted, offer: Offer) -> None:
    """The sequence goes on. Raises: UpdateFault ``update.rollback``, ``update.equivocation``, ``update.unordered``,
    ``update.fast_forward``."""
    sequence = offer.manifest.sequence
    if before.sequence is None:
        return
    if sequence is None:
        raise UpdateFault("update.unordered", "a release without a number, after one that had one")
    if sequence < before.sequence:
        raise UpdateFault(
            "update.rollback",
            "an older release than the one that was accepted",
            expected=f"at least {before.sequence}",
            actual=str(sequence),
        )
    if sequence == before.sequence and offer.statement != before.manifest:
        raise UpdateFault(
            "update.equivocation",
            "another manifest of the number that was accepted",
            expected=str(before.manifest),
            actual=str(offer.statement),
        )
    # A date that leaps ahead is one that is still to come, and such a Release was refused for that.
    if sequence - before.sequence > FARTHEST and not offer.manifest.dated:
        raise UpdateFault(
            "update.fast_forward",
            "a number so far ahead that nothing could follow it",
            expected=f"at most {before.sequence + FARTHEST}",
            actual=str(sequence),
        )


def check_version(before: Accepted, offer: Offer) -> None:
    """The version goes on, and means one set of files. Raises: UpdateFault ``update.rollback``,
    ``update.equivocation``, ``update.unnumbered``.

    Where numbers of sequence speak they alone do: a vendor withdraws a release by numbering the one before it anew.
    """
    if offer.statement == before.manifest or offer.manifest.dated:
        return
    version = offer.manifest.version.value if offer.manifest.version is not None else ""
    if before.sequence is not None and (offer.manifest.sequence or 0) <= before.sequence:
        return
    if version == before.version:
        _check_same_files(before, offer)
        return
    if before.sequence is not None:
        return
    order = compare_versions(version, before.version)
    if order == -1:
        raise UpdateFault(
            "update.rollback",
            "an older version than the one that was accepted",
            expected=f"at least {before.version}",
            actual=version or "none",
        )
    if order != 1:
        raise UpdateFault(
            "update.unnumbered",
            "neither a number nor its version says whether it comes after the one that was accepted",
            expected=f"a number, or a version above {before.version}",
            actual=version or "none",
        )


def _check_same_files(before: Accepted, offer: Offer) -> None:
    """A release of the version that was accepted has its files. Raises: UpdateFault ``update.equivocation``."""
    files = {digest for digest, file in offer.listed.items() if file.delta is None}
    if files != set(before.artifacts):
        raise UpdateFault(
            "update.equivocation",
            "other files under the version that was accepted",
            expected=f"those of {before.manifest}",
            actual=f"{before.version or 'none'} by {offer.statement}",
        )


def check_chain(before: Accepted, offer: Offer) -> None:
    """What it says came before it did. Raises: UpdateFault ``update.broken_chain``."""
    previous, sequence = offer.manifest.previous, offer.manifest.sequence
    follows = sequence is not None and before.sequence is not None and sequence == before.sequence + 1
    if previous is not None and follows and previous != before.manifest:
        raise UpdateFault(
            "update.broken_chain",
            "it follows another release than the one that was accepted",
            expected=str(before.manifest),
            actual=str(previous),
        )


def check_strength(before: Accepted, offer: Offer) -> None:
    """Signed no weaker than before. Raises: UpdateFault ``update.weaker_scheme``."""
    if offer.strength < before.strength:
        raise UpdateFault(
            "update.weaker_scheme",
            "signed with a weaker scheme than the release before it",
            expected=f"strength {before.strength}",
            actual=f"strength {offer.strength}",
        )
