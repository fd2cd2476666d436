"""Questions before an installation, and a channel's latest release, as a client has them.

What a service refuses to answer is held, and never let through: `Decision.install` is true where it said so alone.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from msgspec import Struct

from attestations.strict_json import Node, decode_base64

_ACTIONS = ("allow", "block", "hold")


class Update(Struct, frozen=True, kw_only=True):
    """Files (SHA-256 in hex) that are to be installed together; `policy` as in `remote.Asked`, without ``content``.

    `state` is a gate's; or `installed` has the words of a stream, and the ``version`` that is there, if one is.
    """

    files: tuple[str, ...]
    policy: dict[str, Any]
    state: bytes | None = None
    installed: dict[str, Any] | None = None


class Decision(Struct, frozen=True):
    """What the service says: install where `install` is true, and on nothing else. `action` is ``allow``, ``block`` or
    ``hold``, `verdicts` are ids by file; `state` is to be kept once it is installed, where one was sent."""

    install: bool
    action: str
    outcome: str
    reasons: tuple[str, ...]
    verdicts: dict[str, str]
    state: bytes | None = None


class ChannelRelease(Struct, frozen=True):
    """A release that passed: the words of its stream, "" where it has none; `verdicts` are ids by file."""

    platform: str
    variant: str
    version: str
    sequence: int | None
    manifest: str
    verdicts: dict[str, str]


def update_tree(update: Update) -> dict[str, Any]:
    """The question as it is sent."""
    tree: dict[str, Any] = {"files": list(update.files), "policy": update.policy}
    if update.state is not None:
        tree["state"] = b64encode(update.state).decode("ascii")
    if update.installed is not None:
        tree["installed"] = update.installed
    return tree


def decision_of(item: Node) -> Decision:
    """The answer to one question. Raises: FormatFault."""
    update = item.get("update")
    if update is None:
        problem = item.field("problem")
        return Decision(False, "hold", "ERROR", (problem.field("reason").text(),), {})
    action, outcome, state = update.field("action").text(), update.field("outcome").text(), update.get("state")
    install = update.field("install").boolean()
    if action not in _ACTIONS or len({install, action == "allow", outcome == "PASSED"}) > 1:
        raise update.fault("json.value", "no decision", expected=", ".join(_ACTIONS))
    return Decision(
        install=install,
        action=action,
        outcome=outcome,
        reasons=tuple(reason.text() for reason in update.field("reasons").items()),
        verdicts=_verdicts(update),
        state=_bytes(state) if state is not None else None,
    )


def release_of(item: Node) -> ChannelRelease:
    """A channel's release. Raises: FormatFault."""
    sequence = item.get("sequence")
    return ChannelRelease(
        platform=_word(item, "platform"),
        variant=_word(item, "variant"),
        version=item.field("version").text(),
        sequence=sequence.integer() if sequence is not None else None,
        manifest=item.field("manifest").text(),
        verdicts=_verdicts(item),
    )


def _verdicts(item: Node) -> dict[str, str]:
    files = [(file.field("sha256").text(), file.get("verdict")) for file in item.field("files").items()]
    return {sha256: verdict.text() for sha256, verdict in files if verdict is not None}


def _word(item: Node, name: str) -> str:
    word = item.get(name)
    return word.text() if word is not None else ""


def _bytes(node: Node) -> bytes:
    try:
        return decode_base64(node.text())
    except ValueError:
        raise node.fault("json.value", "not base64") from None
