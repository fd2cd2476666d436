"""Verdicts as a page: readable by everybody, loading nothing, and nothing of what it shows can act."""

from __future__ import annotations

import base64
import builtins
import hashlib
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.render import html
from api.render.html import page
from api.render.meaning import MEANINGS, OUTCOMES_END
from verifier.outcome import Outcome
from verifier.verdict import Verdict

from ..values import replace
from .conftest import Program
from .running import ROOT
from .scene import BY_POLICY, NAME
from .verdicts import VERDICTS

VOID = frozenset({"meta", "br"})
ALLOWED = frozenset(
    {"a", "bdi", "body", "caption", "code", "dd", "dl", "dt", "footer", "h1", "h2", "h3", "head", "html", "li", "main"}
    | {
        "meta",
        "p",
        "section",
        "span",
        "strong",
        "style",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "br",
    }
)
"""All that our templates write: no script, no picture, no form, no frame."""


class Read(HTMLParser):
    """A page read: its elements with their attributes, its text, and that every element is closed in order."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(content.decode("utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for found, attributes in self.elements if found == tag)


PAGES = {name: page([verdict]) for name, verdict in VERDICTS.items()} | {
    "many": page(list(VERDICTS.values())),
    "none": page([]),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_made_of_few_elements(name: str) -> None:
    assert {tag for tag, _ in Read(PAGES[name]).elements} <= ALLOWED


@pytest.mark.parametrize("name", PAGES)
def test_t99_a_page_runs_and_loads_nothing(name: str) -> None:
    read = Read(PAGES[name])
    attributes = [(tag, given, value) for tag, all_given in read.elements for given, value in all_given.items()]
    assert not [given for _, given, _ in attributes if given.startswith("on") or given in ("src", "style", "srcset")]
    links = [value for _, given, value in attributes if given == "href"]
    assert links == ["#main"]
    (policy,) = [meta["content"] for meta in read.all("meta") if meta.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_style_is_the_one_that_the_page_allows() -> None:
    text = PAGES["passed"].decode()
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("name", PAGES)
def test_t99_nothing_foreign_moves_or_turns_text(name: str) -> None:
    text = PAGES[name].decode("utf-8")
    assert not [character for character in text if not character.isprintable() and character != "\n"]


def _with_name(name: str) -> Verdict:
    failed = VERDICTS["failed"]
    result = replace(failed.results[-1], detail=name, expected=name, actual=name)
    return replace(failed, artifact=replace(failed.artifact, name=name), results=(*failed.results, result))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}{% for %}",
        "</style></title>",
        "&lt;b&gt;",
    ],
)
def test_t99_what_evidence_says_is_text(name: str) -> None:
    read = Read(page([_with_name(name)]))
    assert {tag for tag, _ in read.elements} <= ALLOWED
    assert read.text.count(name) >= 4


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_said_in_words_and_not_in_colour_alone(outcome: Outcome) -> None:
    content = page([replace(VERDICTS["passed"], outcome=outcome)])
    read = Read(content)
    meaning = MEANINGS[outcome]
    said = " ".join(read.text.split())
    assert f"{meaning.sign} {outcome.value} {meaning.sentence}" in said
    assert all(sentence in said for sentence in (*meaning.means, *meaning.means_not, meaning.next_step, OUTCOMES_END))
    assert read.text.partition("\n")[0] == "" and f"{outcome.value}: endpoint-7.1.0.exe" in read.text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_aloud(name: str) -> None:
    read = Read(PAGES[name])
    assert [element["lang"] for element in read.all("html")] == ["en"]
    assert len(list(read.all("h1"))) == len(list(read.all("main"))) == 1
    assert len(list(read.all("caption"))) == len(list(read.all("table")))
    assert all("scope" in element for element in read.all("th"))
    assert_headings_in_order(read)
    names = [element["id"] for _, element in read.elements if "id" in element]
    assert len(names) == len(set(names))
    labels = {element["aria-labelledby"] for element in read.all("section")}
    assert labels <= set(names)


def assert_headings_in_order(read: Read) -> None:
    """From the first heading down, no level is left out (WCAG 2.2, 1.3.1)."""
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_t99_any_text_is_shown_as_text(text: str) -> None:
    content = page([_with_name(text)]).decode("utf-8")
    assert {tag for tag, _ in Read(content.encode()).elements} <= ALLOWED
    assert all(character.isprintable() or character == "\n" for character in content)


def test_a_page_prints_and_suits_light_and_dark() -> None:
    style = (ROOT / "api" / "render" / "pages" / "style.css").read_text(encoding="utf-8")
    assert "@media print" in style
    assert "prefers-color-scheme: dark" in style


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read() -> None:
    """WCAG 2.2, 1.4.3: text stands out from its background by 4.5 to 1; https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    style = (ROOT / "api" / "render" / "pages" / "style.css").read_text(encoding="utf-8")
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", line)) for line in style.splitlines() if "--paper:" in line]
    assert len(schemes) == 3  # light, dark, paper
    for scheme in schemes:
        paper = _luminance(scheme.pop("paper"))
        scheme.pop("line")  # of a table, not of text
        for colour in scheme.values():
            lighter, darker = sorted((_luminance(colour), paper), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_a_failure_stands_with_all_that_is_known_of_it() -> None:
    text = Read(PAGES["failed"]).text
    for wanted in ("source.tag", "refs/tags/v7.1.0-rc3", "/predicate/buildDefinition/", "What to do:"):
        assert wanted in text


def test_nothing_to_check_is_a_page_that_does_not_pass() -> None:
    assert "INCOMPLETE: 0 artifacts" in Read(PAGES["none"]).text


def test_the_program_writes_a_page(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "--format", "html", "-o", "report.html")
    assert (ran.code, ran.output, ran.errors) == (0, b"", b"")
    assert "Everything that the policy asks for was proved" in Read((scene / "report.html").read_bytes()).text


def test_without_the_template_engine_it_says_what_to_install(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "jinja2":
            raise ModuleNotFoundError(name)
        return load(name, *rest)

    html._environment.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    for wish in (("--format", "html"), ("--dossier", "dossier")):
        ran = program("verify", NAME, *BY_POLICY, *wish)
        assert (ran.code, ran.output, ran.reason) == (4, b"", "output.unavailable")
        assert "countersign[report]" in ran.error
    assert not (scene / "dossier").exists()
