"""Canonical JSON: the same bytes as the library that signs with it, for every value that has such a form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.formats import encode_canonical

from attestations.bundles import Evidence, Metablock
from attestations.evidence import read_evidence
from attestations.faults import FormatFault, Place
from attestations.olpc import canonical
from attestations.strict_json import loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_library_writes_the_same(value: Any) -> None:
    assert canonical(value) == encode_canonical(value).encode()


@given(VALUES)
def test_it_does_not_depend_on_how_the_document_was_laid_out(value: Any) -> None:
    laid_out = json.dumps(value, indent=3, sort_keys=False).encode()
    assert canonical(loads(laid_out)) == canonical(loads(json.dumps(value).encode()))


def test_a_line_break_stands_as_itself() -> None:
    assert canonical({"b": [1, True, None], "a": 'x\n"\\'}) == b'{"a":"x\n\\"\\\\","b":[1,true,null]}'


@pytest.mark.parametrize("value", [0.5, 1.0, [1, {"a": -0.0}]])
def test_a_fraction_is_refused_in_its_place(value: Any) -> None:
    with pytest.raises(FormatFault) as caught:
        canonical(value, Place("link", "/signed"))
    assert (caught.value.reason, str(caught.value.place)) == ("olpc.float", "link#/signed")


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_a_metablock_keeps_what_was_signed_in_both_forms(more: dict[str, Any]) -> None:
    signed = {**more, "_type": "link"}
    document = {"signed": signed, "signatures": [{"keyid": "", "sig": "00"}]}
    (found,) = read_evidence("link", json.dumps(document).encode())
    assert isinstance(found, Evidence)
    content = found.bundle.content
    assert isinstance(content, Metablock)
    assert (content.canonical, loads(content.content)) == (encode_canonical(signed).encode(), signed)
