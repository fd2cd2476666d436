"""Was it built with the expected parameters, and no other?

All that came from outside the builder can change what is built. Each parameter must be expected, so one that the
policy does not name refutes the build as surely as one with another value.

Spec: SLSA v1.2, "Verifying artifacts", step 2 (externalParameters), https://slsa.dev/spec/v1.2/verifying-artifacts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from attestations.faults import Place
from attestations.strict_json import escape_pointer, shown

from ..faults import CheckFault
from ..policy.expected import matches
from ..policy.model import Exact, ExpectedValue, Pattern
from ..policy.plain import plain_value
from .check import Attestation, Check, Met


def check_parameters(expected: Mapping[str, ExpectedValue], attestation: Attestation) -> Met:
    """The external parameters are exactly those expected.

    Raises:
        CheckFault: ``parameters.unexpected`` (one that the policy does not name), ``parameters.mismatch``.
    """
    given = attestation.provenance.parameters
    for pointer, reason, wanted, found in differences(expected, given.value, given.pointer):
        detail = "a parameter that nobody expects" if wanted is None else "a parameter is not as expected"
        raise CheckFault(reason, detail, place=Place(pointer=pointer), expected=wanted or "no parameter", actual=found)
    return Met("all external parameters are as expected", pointer=given.pointer)


def check_inputs(expected: Mapping[str, ExpectedValue], attestation: Attestation) -> Met:
    """The run's inputs that the policy names are as it names them; others may be there.

    Raises:
        CheckFault: ``inputs.mismatch``; ``inputs.missing`` where the evidence tells no inputs.
    """
    given = attestation.provenance.inputs
    if given is None:
        raise CheckFault("inputs.missing", "the evidence does not say what inputs the run had")
    named = {name: value for name, value in given.value.items() if name in expected}
    for pointer, _, wanted, found in differences(expected, named, given.pointer):
        raise CheckFault(
            "inputs.mismatch",
            "an input of the run is not as expected",
            place=Place(pointer=pointer),
            expected=wanted or "no such member",
            actual=found,
        )
    return Met("the run's inputs are as expected", pointer=given.pointer)


Difference = tuple[str, str, str | None, str]
"""JSON pointer, reason, what was expected (None: nothing), what was found."""


def differences(expected: ExpectedValue, actual: Any, pointer: str) -> Iterator[Difference]:
    """Where `actual` (JSON) is not what is expected: by expected names, then in the evidence's order."""
    if isinstance(expected, Mapping) and isinstance(actual, dict):
        for name, value in sorted(expected.items()):
            place = f"{pointer}/{escape_pointer(name)}"
            if name in actual:
                yield from differences(value, actual[name], place)
            else:
                yield place, "parameters.mismatch", _spelled(value), "absent"
        for name in (name for name in actual if name not in expected):
            yield f"{pointer}/{escape_pointer(name)}", "parameters.unexpected", None, _shown(actual[name])
    elif isinstance(expected, tuple) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (value, item) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(value, item, f"{pointer}/{index}")
    elif not _same_scalar(expected, actual):
        yield pointer, "parameters.mismatch", _spelled(expected), _shown(actual)


def _same_scalar(expected: ExpectedValue, actual: Any) -> bool:
    if isinstance(expected, Exact | Pattern):
        return isinstance(actual, str) and matches(expected, actual)
    return type(expected) is type(actual) and expected == actual and not isinstance(expected, tuple | Mapping)


def _spelled(expected: ExpectedValue) -> str:
    return _shown(plain_value(expected), order="sorted")


def _shown(value: Any, order: Literal["sorted"] | None = None) -> str:
    """`value` as JSON has it, a text without its quotes; so long that people still read it."""
    try:
        text = value if isinstance(value, str) else msgspec.json.encode(value, order=order).decode()
    except ValueError:  # a number in it is too vast to be written
        return shown(value)
    return text if len(text) <= 120 else text[:117] + "..."


CHECKS = (
    Check("parameters", "parameters", check_parameters, "SLSA v1.2, verifying artifacts, step 2"),
    Check("inputs", "inputs", check_inputs, "SLSA v1.2, verifying artifacts, step 2"),
)
