"""What commands share that rely on another's signed verdict: whose word counts, and what it must say."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .options import digest, moment
from .signing import verifier_id

if TYPE_CHECKING:
    from attestations.digests import Digest
    from verifier.verdict_check import Checked, Expectations

    from .world import World

Command = TypeVar("Command", bound=Callable[..., Any])

_AGE = re.compile(r"([1-9][0-9]{0,5})([dhs])", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "s": "seconds"}


def age(_context: click.Context, _parameter: click.Parameter, value: str) -> datetime.timedelta | None:
    """``30d``, ``12h``, ``90s``; ``any`` is None."""
    if value == "any":
        return None
    parts = _AGE.fullmatch(value)
    if parts is None:
        raise click.BadParameter(f"{value!r} is no age, as in 30d, 12h or any")
    return datetime.timedelta(**{_UNITS[parts[2]]: int(parts[1])})


RELYING = (
    click.option("--key", "keys", multiple=True, metavar="FILE", help="A public key of the verifier (PEM)."),
    click.option(
        "--trust-document", metavar="NAME", help="The service's trust document, as pinned, in place of --key."
    ),
    click.option(
        "--verifier-id",
        callback=verifier_id,
        metavar="URI",
        help="The one verifier that this key speaks for; with --trust-document, by default that of --policy.",
    ),
    click.option("--key-id", metavar="TEXT", help="Take only a signature that calls its key so."),
    click.option("--resource", metavar="URI", help="What it must be about, exactly; by default, what --policy says."),
    click.option("--policy", "policy_path", metavar="FILE", help="The policy that it must have been made under."),
    click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy."),
    click.option(
        "--policy-digest",
        callback=digest,
        metavar="DIGEST",
        help="The digest of that policy, where you have no file of it.",
    ),
    click.option(
        "--level", "levels", multiple=True, metavar="WORD", help="A level that it must state, or a higher one."
    ),
    click.option(
        "--max-age",
        default="30d",
        callback=age,
        metavar="AGE",
        help="How old it may be: 30d, 12h, any. By default 30d.",
    ),
    click.option("--now", callback=moment, metavar="TIME", help="The time to check at, as in 2026-03-02T11:04:00Z."),
)
"""Whose verdict counts, and what it must say."""


def relying_options(command: Command) -> Command:
    """Give a command the flags of `RELYING`."""
    for option in reversed(RELYING):
        command = option(command)
    return command


def weigh(path: str, artifact: str | None, keys: tuple[str, ...], world: World, **given: Any) -> tuple[Checked, str]:
    """What the verdict in the file at `path` is worth about `artifact`, under the flags `given`; and its screen.

    Raises:
        Fault: as `usecases.verdicts.check_verdict`.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..render.verdicts import checked
    from ..usecases.verdicts import Reading, check_verdict, read_keys
    from .pinning import rely_on

    now = given.pop("now") or world.clock.now()
    named = given.pop("trust_document")
    if bool(keys) is (named is not None):
        raise click.UsageError("say whose word counts: --key FILE, or --trust-document NAME")
    relying = rely_on(named, path, world, now) if named is not None else None
    expected = _expectations(world, base=relying.base if relying is not None else None, **given)
    trusted = relying.keys if relying is not None else read_keys(keys, world.files, DEFAULT_LIMITS)
    reading = Reading(world.files, world.terminal, DEFAULT_LIMITS)
    result = check_verdict(path, expected, artifact, trusted, reading, now)
    if relying is not None:
        relying.check_time(result)
    return result, checked(path, result, world.look) + (relying.text if relying is not None else "")


def _expectations(
    world: World,
    *,
    base: str | None,
    policy_path: str | None,
    policy_digest: Digest | None,
    release: str | None,
    **given: Any,
) -> Expectations:
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.plain import digest as policy_digest_of
    from verifier.summary import resource_of
    from verifier.trust_documents import verifier_of
    from verifier.verdict_check import Expectations

    from ..usecases.policy import read_policy

    if policy_path is not None and policy_digest is not None:
        raise click.UsageError("--policy and --policy-digest both say which policy; give one")
    if policy_path is None and given["resource"] is None:
        raise click.UsageError("say what the summary must be about: --resource URI, or --policy FILE that names it")
    policy = policy_digest
    if policy_path is not None:
        known = read_policy(policy_path, world.files, DEFAULT_LIMITS)
        policy = policy_digest_of(known)
        given["resource"] = given["resource"] or resource_of(known, release)
        if base is not None:
            given["verifier_id"] = given["verifier_id"] or verifier_of(base, known)
    if given["verifier_id"] is None:
        raise click.UsageError("say which verifier the verdict must be by: --verifier-id URI")
    if base is not None and not given["verifier_id"].startswith(f"{base}/verifier/"):
        raise click.UsageError(f"the trust document speaks for verifiers under {base}/verifier/ alone")
    return Expectations(
        verifier=given["verifier_id"],
        resource=given["resource"],
        levels=given["levels"],
        policy=policy,
        max_age=given["max_age"],
        key_id=given["key_id"],
    )
