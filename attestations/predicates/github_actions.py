"""What GitHub Actions tells a build about its own run: the ``GITHUB_*`` variables, as provenance carries them.

Generators that run on GitHub write them under ``invocation.environment`` (v0.2) or ``internalParameters`` (v1), in
upper or lower case. The event's payload stands beside them where the generator kept it.

Spec: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

from ..strict_json import Node
from .provenance import BRANCH, SourceClaims, Tree, commit_claims, named_ref, ref_claims, text_claim, tree


def environment_claims(variables: Node | None) -> SourceClaims:
    """The run's ref and commit; and for a tag that was pushed, the branch that the event says it was pushed from.

    Raises: FormatFault ``json.type``.
    """
    if variables is None:
        return SourceClaims()
    claims = ref_claims(_variable(variables, "GITHUB_REF", "github_ref"))
    claims += commit_claims(_variable(variables, "GITHUB_SHA", "github_sha1"))
    payload = _payload(variables)
    base = payload.given("base_ref") if payload is not None else None
    if not claims.branch and base is not None and base.text().startswith(BRANCH):
        claims += named_ref(text_claim(base))
    return claims


def event_inputs(variables: Node | None) -> Tree | None:
    """The inputs of a manual run, None where the event carried none. Raises: FormatFault ``json.type``."""
    payload = _payload(variables) if variables is not None else None
    inputs = payload.given("inputs") if payload is not None else None
    return tree(inputs) if inputs is not None else None


def _variable(variables: Node, *names: str) -> Node | None:
    return next((found for name in names if (found := variables.given(name)) is not None), None)


def _payload(variables: Node) -> Node | None:
    return _variable(variables, "GITHUB_EVENT_PAYLOAD", "github_event_payload")
