"""A verdict that was checked, put beside the file that it is about: what a mirror hands on with the file itself."""

from __future__ import annotations

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.verdict_check import Checked

from ..effects.faults import InputFault
from ..effects.files import Files
from ..effects.paths import shown
from .evidence import STAPLED


def staple(bundle: str, artifact: str, checked: Checked, files: Files) -> str | None:
    """Write the file at `bundle`, which was `checked` about `artifact`, beside it: its name, None where it failed.

    Raises:
        InputFault: ``bytes.changed``: it is not the file that was checked; ``input.*``.
        OutputFault: ``output.unwritable``.
    """
    if checked.outcome is not Outcome.PASSED:
        return None
    content = files.read(bundle, "record", DEFAULT_LIMITS)
    cited = {result.cited.digest for result in checked.results if result.cited is not None}
    if cited != {sha256(content)}:
        raise InputFault("bytes.changed", "changed since it was checked", place=Place(shown(bundle)))
    files.write(artifact + STAPLED, content)
    return shown(artifact + STAPLED)
