"""Every vector with a layout and no inspection, put to the `in-toto` library as well: does the supply chain hold?

The library finds links by their files' names, so each file is laid where it looks for it: under the step that the
link's signed name says and the key that signed it, but for files that bear a name of the library's form already. It
knows no artifact without an inspection, and is not asked about one. Where the two differ, the difference is known and
argued here; one that is not, or is no more, fails. No inspection is given to the library: it would run it (T70).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from in_toto.exceptions import (
    InvalidMetadata,
    LayoutExpiredError,
    LinkNotFoundError,
    RuleVerificationError,
    SignatureVerificationError,
    ThresholdVerificationError,
)
from in_toto.models.metadata import Metadata
from in_toto.verifylib import in_toto_verify
from securesystemslib.exceptions import FormatError
from securesystemslib.signer import SSlibKey

from attestations.strict_json import loads
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case

from .runner import answer

LAYOUTS = VECTORS / "layout"

WE_READ_MORE: Mapping[str, str] = {
    "link-with-a-member-that-nobody-knows": "the library drops members before it verifies",
    "links-as-statements": "the library reads links in its own form alone",
    "parameters-as-the-policy-gives-them": "the library is not given the policy's parameters",
    "step-done-by-a-sublayout": "the library looks for the links of a sublayout in a folder of its own",
}
"""We accept, the library does not."""

WE_REFUSE_MORE: Mapping[str, str] = {
    "material-changed-on-the-way": "a MATCH rule that matches nothing breaks no chain of the library's",
    "t24-one-key-under-two-ids": "the library counts key ids",
    "t25-two-keys-of-one-group": "the library knows no groups",
    "t62-layout-without-steps": "the library passes what asks for nothing",
    "t63-two-links-of-one-step-disagree": "the library compares links only where more than one is needed",
    "t64-link-of-another-step-renamed": "the library believes a file's name",
    "t66-steps-that-share-nothing": "a MATCH rule that matches nothing breaks no chain of the library's",
    "t67-product-in-another-case": "the library compares paths to the letter",
    "t67-product-under-a-dotted-path": "the library compares paths to the letter",
    "t67-product-under-a-path-that-goes-up": "the library compares paths to the letter",
    "t68-class-negated-by-a-caret": "the library's patterns know one sign of negation",
    "t69-product-with-a-weak-digest-alone": "the library takes any digest",
    "t69-product-without-a-digest": "the library takes no digest for a digest",
}
"""We refuse, the library does not."""

NOT_ASKED = frozenset(
    {
        "last-step-that-left-nothing",
        "product-under-another-path",
        "t04-another-artifact-than-the-last-step-left",
    }
)
"""About the artifact, which the library knows nothing of."""


def names() -> Iterator[str]:
    for case in sorted(LAYOUTS.glob(f"*/{CASE}")):
        name = case.parent.name
        if name not in NOT_ASKED and _is_the_librarys(case.parent):
            yield name


def _inspected(folder: Path) -> bool:
    return any(b'"inspect":[{' in path.read_bytes() for path in folder.glob("*.layout"))


def _is_the_librarys(folder: Path) -> bool:
    """It reads layouts over links alone, signed by keys, and would run inspections."""
    over_attestations = any(b'"functionaries":' in path.read_bytes() for path in folder.glob("*.layout"))
    return not (_inspected(folder) or over_attestations or list(folder.glob("*.sigstore.json")))


@pytest.mark.parametrize("name", tuple(names()))
def test_the_library_says_the_same_or_is_argued_with(name: str, tmp_path: Path) -> None:
    folder = LAYOUTS / name
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    ours = answer(folder).outcome == "PASSED"
    theirs = _theirs(folder, case, tmp_path)
    assert (name in WE_READ_MORE, name in WE_REFUSE_MORE) == (ours and not theirs, theirs and not ours)


def _theirs(folder: Path, case: VerdictCase, place: Path) -> bool:
    layouts = [folder / name for name in case.evidence if name.endswith(".layout")]
    for name in case.evidence:
        if not name.endswith(".layout"):
            _lay(folder / name, place)
    if not layouts:
        return False
    try:
        in_toto_verify(Metadata.load(str(layouts[0])), _owners(folder, case), link_dir_path=str(place))
    except REFUSALS:
        return False
    return True


REFUSALS = (
    AttributeError,
    FormatError,
    InvalidMetadata,
    KeyError,
    LayoutExpiredError,
    LinkNotFoundError,
    RuleVerificationError,
    SignatureVerificationError,
    ThresholdVerificationError,
    TypeError,
    ValueError,
)
"""What the library raises: its own refusals, and what malformed files make of it."""


def _owners(folder: Path, case: VerdictCase) -> dict[str, Any]:
    owners = {}
    for name in case.keys:
        key = SSlibKey.from_crypto(load_pem_public_key((folder / name).read_bytes()))
        owners[key.keyid] = {"keyid": key.keyid, **key.to_dict()}
    return owners


_FORM = re.compile(r"[a-z-]+\.[0-9a-f]{8}\.link")


def _lay(path: Path, place: Path) -> None:
    """Put a link where the library looks for it; what cannot be read goes nowhere."""
    document = loads(path.read_bytes())
    if _FORM.fullmatch(path.name):
        (place / path.name).write_bytes(path.read_bytes())
        return
    signed = document["signed"] if "signed" in document else loads(b64decode(document["payload"]))
    name = signed.get("name") or path.name.partition(".")[0]
    for signature in document["signatures"]:
        target = place / f"{name}.{signature['keyid'][:8]}.link"
        if not target.exists():
            target.write_bytes(path.read_bytes())


def test_t70_no_inspection_is_given_to_the_library() -> None:
    """It would run it."""
    assert _inspected(LAYOUTS / "t70-inspection-is-not-run")
    assert "t70-inspection-is-not-run" not in set(names())


@pytest.mark.parametrize("name", sorted({**WE_READ_MORE, **WE_REFUSE_MORE}))
def test_every_difference_is_argued_about_a_vector(name: str) -> None:
    assert name in set(names())
    assert len({**WE_READ_MORE, **WE_REFUSE_MORE}[name].split()) >= 5
