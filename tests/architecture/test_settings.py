"""Every setting of the service has its line, and a figure that nobody described makes no page."""

from __future__ import annotations

import datetime
import re

import click
import pytest
from msgspec import Struct, defstruct

from api.cli.serve import command as serve
from api.cli.worker import command as worker
from api.serving.settings import Listening, Setup
from docs import settings
from docs.settings import figure, settings_page

from .tree import ROOT

FIELDS_OF_FLAGS = {
    "certificate": "--tls-cert",
    "key": "--tls-key",
    "ready": "--ready-file",
    "second_opinion": "--no-second-opinion",
    "webhook_ports": "--webhook-port",
}
"""Fields of `Setup` and `Listening` that are called otherwise than their flags."""


def test_every_flag_of_a_service_has_its_line() -> None:
    first = re.findall(r"^\| `(--[a-z-]+)", settings_page(), re.MULTILINE)
    options = {option.opts[0] for command in (serve, worker) for option in command.params if option.param_type_name}
    assert sorted(first) == sorted(options - {"--help"})


@pytest.mark.parametrize("values", [Setup, Listening])
def test_what_a_service_runs_on_is_set_by_a_flag(values: type[Struct]) -> None:
    page = settings_page()
    for name in values.__struct_fields__:
        flag = FIELDS_OF_FLAGS.get(name, "--" + name.replace("_", "-"))
        assert f"`{flag}" in page, name


def test_a_setting_that_nobody_described_makes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    more = defstruct("More", [("pending", int, 1), ("undescribed", int, 1)])
    monkeypatch.setattr(settings, "Allowance", more)
    with pytest.raises(KeyError, match="undescribed"):
        settings_page()


def test_every_variable_of_a_flag_is_named_where_it_is_read() -> None:
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    variables = {option.envvar for option in (*serve.params, *worker.params) if isinstance(option, click.Option)}
    assert not [name for name in variables if isinstance(name, str) and f"`{name}`" not in text]


def test_figures_are_written_in_the_largest_unit_that_is_whole() -> None:

    assert [
        figure(value) for value in (8 << 20, 8 << 30, 100, 20.0, datetime.timedelta(hours=36), datetime.timedelta(90))
    ] == [
        "8 MiB",
        "8 GiB",
        "100",
        "20",
        "36 hours",
        "90 days",
    ]
