"""Verdicts as one HTML page: no script, nothing fetched, nothing foreign unescaped; for screen, paper, and ears.

What evidence says is shown as text: escaped for HTML, its control and direction characters written out (T99), and set
apart so that no right-to-left name reorders what stands beside it. A browser is told to load nothing but the one style
sheet within, by its hash.

Spec: https://www.w3.org/TR/CSP3/, https://html.spec.whatwg.org/multipage/text-level-semantics.html#the-bdi-element
"""

from __future__ import annotations

import functools
import hashlib
import pkgutil
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verifier.outcome import Outcome, combine
from verifier.reasons import REASONS
from verifier.verdict import CheckResult, Verdict

from ..version import VERSION
from .faults import RenderFault
from .meaning import MEANINGS, OUTCOMES_END
from .visible import visible
from .words import age_words, moment_words

if TYPE_CHECKING:
    from jinja2 import Environment

_LABELS = {Outcome.FAILED: "Failed", Outcome.ERROR: "Not decided", Outcome.INCOMPLETE: "Missing"}


def page(verdicts: Sequence[Verdict]) -> bytes:
    """One page over all of `verdicts`.

    Raises:
        RenderFault: ``output.unavailable`` where the template engine is not installed.
    """
    outcomes = [outcome for outcome in Outcome if outcome in {verdict.outcome for verdict in verdicts}]
    combined = combine(verdict.outcome for verdict in verdicts)
    return render("report.html", verdicts=verdicts, outcomes=outcomes, combined=combined)


def render(template: str, **values: Any) -> bytes:
    """The page that `template`, one of ours, makes of `values`.

    Raises:
        RenderFault: ``output.unavailable`` where the template engine is not installed.
    """
    return _environment().get_template(template).render(values).encode()


def check_available() -> None:
    """Refuse, before anybody works for a page, to make one.

    Raises:
        RenderFault: ``output.unavailable`` where the template engine is not installed.
    """
    _environment()


@functools.cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise RenderFault("output.unavailable", "pages are made with jinja2, which is not installed") from None
    style = _text("style.css")
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalizer(Markup),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(moment=moment_words, age=age_words, grouped=_grouped)
    environment.globals.update(
        style=Markup(style),  # our own file, and no word of it comes from elsewhere
        style_source=_source(style),
        meanings=MEANINGS,
        reasons=REASONS,
        outcomes_end=OUTCOMES_END,
        version=VERSION,
    )
    return environment


def _text(name: str) -> str:
    """A page's part, which is package data."""
    content = pkgutil.get_data(__package__, f"pages/{name}")
    if content is None:
        raise FileNotFoundError(name)
    return content.decode("utf-8")


def _source(style: str) -> str:
    """The style sheet as a CSP source: by its hash, so that no other style counts."""
    return f"sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


def _finalizer(markup: type[str]) -> Callable[[Any], Any]:
    """Makes whatever a template prints visible, but for what templates themselves made."""

    def finalize(value: Any) -> Any:
        return value if isinstance(value, markup) else visible(str(value))

    return finalize


def _grouped(verdict: Verdict) -> Iterator[tuple[str, str, list[CheckResult]]]:
    """The results by what they came to, the worst first: a label, the word of the outcome, the results."""
    for outcome, label in _LABELS.items():
        results = [result for result in verdict.results if result.outcome is outcome and not result.finding]
        if results:
            yield label, outcome.value, results
    findings = [result for result in verdict.results if result.finding]
    if findings:
        yield "Warnings", "WARNING", findings
    held = [result for result in verdict.results if result.outcome is Outcome.PASSED and not result.finding]
    if held:
        yield "Proved", Outcome.PASSED.value, held
