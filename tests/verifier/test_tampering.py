"""Nothing in a bundle can be changed or exchanged: flip any byte of any decoded part, splice any two good bundles."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestations.bundles import Bundle, Evidence
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.world.keys import ec_key
from verifier.authenticated import Authenticated
from verifier.reasons import REASONS

from ..values import replace
from .authenticating import OTHER, RELEASE, VENDOR, ask, digests, evidence, pin

PINNED = (pin(VENDOR),)

GOOD: dict[str, Evidence] = {
    "v1": evidence(RELEASE.bundle()),
    "v1 stamped": evidence(RELEASE.bundle(stamped=True)),
    "v1 promised": evidence(RELEASE.bundle(media="0.1", proved=False)),
    "v1 intoto 0.0.1": evidence(RELEASE.bundle(entry="intoto 0.0.1")),
    "v1 intoto 0.0.2": evidence(RELEASE.bundle(entry="intoto 0.0.2")),
    "v2": evidence(RELEASE.bundle(log="rekor-v2")),
    "v1 artifact": evidence(RELEASE.signature()),
    "v2 artifact": evidence(RELEASE.signature(log="rekor-v2")),
    "v1 key": evidence(RELEASE.bundle(signer=VENDOR)),
    "v2 key": evidence(RELEASE.bundle(signer=VENDOR, log="rekor-v2", stamped=True)),
}

UNSIGNED = frozenset({"hint", "keyid"})
"""Fields that nobody signs and nothing rests on: they may only choose what is tried."""


def values(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every bytes, text and number in a value, with the way to it."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in UNSIGNED:
                yield from values(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from values(item, (*path, index))
    elif isinstance(value, bytes | str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield path, value


def changed(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """`value` with `change` applied to what is at `path`."""
    if not path:
        return change(value)
    step, *rest = path
    if isinstance(value, tuple):
        return (*value[:step], changed(value[step], tuple(rest), change), *value[step + 1 :])
    return replace(value, **{step: changed(getattr(value, step), tuple(rest), change)})


def flipped(value: Any, at: int, bit: int) -> Any:
    """`value` with one bit changed, `at` taken around its end."""
    if isinstance(value, int):
        return value ^ (1 << (at % 40))
    content = value.encode() if isinstance(value, str) else value
    at %= len(content)
    content = content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]
    return content.decode("latin-1") if isinstance(value, str) else content


def attempt(held: Evidence) -> Authenticated | None:
    try:
        return ask(held, keys=PINNED)
    except Fault as fault:
        assert fault.reason in REASONS
        return None


def said(got: Authenticated | None) -> object:
    """All that was proved, but for the evidence that proved it."""
    assert got is not None
    return replace(got, evidence=GOOD["v1"])


PARTS = [
    pytest.param(name, path, id=f"{name}: {'/'.join(map(str, path))}")
    for name, held in GOOD.items()
    for path, value in values(held.bundle)
    if value and path != ("carrier",)
]


def test_every_good_bundle_authenticates() -> None:
    for name, held in GOOD.items():
        assert attempt(held) is not None, name
    assert len(PARTS) > 100


@pytest.mark.parametrize(("name", "path"), PARTS)
@settings(max_examples=16)
@given(at=st.integers(0, 1 << 16), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(name: str, path: tuple[Any, ...], at: int, bit: int) -> None:
    """Tokens and checkpoints have parts that nobody signed: certificates sent along, a name beside a signature. There
    a flip may leave standing what was proved before, to the letter, and never anything else."""
    held = GOOD[name]
    tampered = replace(held, bundle=changed(held.bundle, path, lambda value: flipped(value, at, bit)))
    got = attempt(tampered)
    if got is not None:
        assert {"timestamps", "checkpoint"} & set(path)
        assert said(got) == said(attempt(held))


@pytest.mark.parametrize("name", GOOD)
def test_every_single_byte_of_the_signature_the_payload_and_the_promise(name: str) -> None:
    """Exhaustive where it is cheap: no byte of these is slack."""
    held = GOOD[name]
    for path, value in values(held.bundle):
        if isinstance(value, bytes) and path[-1] in ("value", "signature", "promise", "root"):
            for at in range(len(value)):
                tampered = changed(held.bundle, path, lambda value, at=at: flipped(value, at, at % 8))
                assert attempt(replace(held, bundle=tampered)) is None, (path, at)


@pytest.mark.parametrize("name", GOOD)
def test_a_part_left_out_never_raises_what_is_proved(name: str) -> None:
    held = GOOD[name]
    whole = attempt(held)
    assert whole is not None
    for changes in ({"entries": ()}, {"timestamps": ()}, {"entries": (), "timestamps": ()}):
        got = attempt(replace(held, bundle=replace(held.bundle, **changes)))
        if got is not None:
            assert set(got.times) <= set(whole.times)
            assert set(got.entries) <= set(whole.entries)


OTHERS: dict[str, Evidence] = {
    "another artifact": evidence(OTHER.bundle(stamped=True)),
    "another artifact in v2": evidence(OTHER.bundle(log="rekor-v2")),
    "another signer": evidence(RELEASE.bundle(stamped=True, certified=ec_key("another signer"))),
    "another artifact's signature": evidence(OTHER.signature(stamped=True)),
    "another kind of entry": evidence(
        RELEASE.bundle(stamped=True, certified=ec_key("a third signer"), entry="intoto 0.0.2")
    ),
}
FIELDS = ("content", "material", "entries", "timestamps")


def spliced(first: Bundle, second: Bundle, fields: tuple[str, ...]) -> Bundle:
    return replace(first, **{field: getattr(second, field) for field in fields})


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", GOOD)
def test_t40_no_part_of_a_good_bundle_fits_into_another(name: str, other: str) -> None:
    """Every mixture of two good bundles is refused, unless it is one of the two."""
    held, foreign = GOOD[name], OTHERS[other]
    for count in range(1, len(FIELDS)):
        for fields in itertools.combinations(FIELDS, count):
            mixed = spliced(held.bundle, foreign.bundle, fields)
            taken = {field for field in FIELDS if getattr(mixed, field) != getattr(held.bundle, field)}
            left = {field for field in FIELDS if getattr(mixed, field) != getattr(foreign.bundle, field)}
            if not taken or not left:
                continue
            got = attempt(replace(held, bundle=mixed))
            if got is not None:
                # Only what proves nothing by its absence may be gone: an entry or a timestamp that was not needed.
                assert all(not getattr(mixed, field) for field in taken) or all(
                    not getattr(mixed, field) for field in left
                ), (fields, got)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", GOOD)
def test_t40_no_entry_or_timestamp_is_smuggled_in_beside_the_own(name: str, other: str) -> None:
    held, foreign = GOOD[name], OTHERS[other]
    for entries in ((*held.bundle.entries, *foreign.bundle.entries), (*foreign.bundle.entries, *held.bundle.entries)):
        assert attempt(replace(held, bundle=replace(held.bundle, entries=entries))) is None
    timestamps = (*held.bundle.timestamps, *foreign.bundle.timestamps)
    got = attempt(replace(held, bundle=replace(held.bundle, timestamps=timestamps)))
    assert got is None or said(got) == said(attempt(held))


def test_the_artifact_asked_about_is_the_one_that_was_signed() -> None:
    for name in ("v1 artifact", "v2 artifact"):
        with pytest.raises(Fault) as caught:
            ask(GOOD[name], artifact=digests(OTHER))
        assert caught.value.reason == "artifact.mismatch"


def places(value: Any, pointer: str = "") -> Iterator[str]:
    """The JSON pointers of everything in a document."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{pointer}/{name}"
            yield from places(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield f"{pointer}/{index}"
            yield from places(item, f"{pointer}/{index}")


DOCUMENTS = {
    "v1": RELEASE.bundle(stamped=True),
    "v2": RELEASE.bundle(log="rekor-v2"),
    "artifact": RELEASE.signature(),
    "key": RELEASE.bundle(signer=VENDOR),
}
JUNK = (None, True, 0, -1, 1.5, 1 << 70, "", "A", "AAAA", "\U0001f600", [], [[]], {}, {"a": None})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_t94_a_wrong_value_or_none_in_every_place_is_a_fault_with_a_reason(name: str) -> None:
    """Nothing but a `Fault` comes out, and nothing else is proved than before."""
    document = DOCUMENTS[name]
    (held,) = read_evidence("bundle.json", bytes(document))
    assert isinstance(held, Evidence)
    for pointer in places(document.value):
        for broken in (document.drop(pointer), *(document.set(pointer, junk) for junk in JUNK)):
            (item,) = read_evidence("bundle.json", bytes(broken))
            if isinstance(item, Unreadable):
                assert item.fault.reason in REASONS
                continue
            got = attempt(item)
            assert got is None or said(got) == said(attempt(held)) or set(got.times) < set(ask(held, keys=PINNED).times)
