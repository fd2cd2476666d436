"""Vectors that are made for the run: too large to store, or never the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.build import vectors, write
from fixtures.recipes.live import LIVE
from fixtures.recipes.recipe import Recipe

from .runner import answer


@pytest.mark.parametrize("recipe", LIVE, ids=lambda recipe: recipe.name)
def test_live_vector(recipe: Recipe, tmp_path: Path) -> None:
    write(vectors({"live": (recipe,)}), tmp_path)
    got = answer(tmp_path / "live" / recipe.name)
    expect = recipe.expect
    assert (got.outcome, got.reasons) == (expect.outcome, expect.reasons)
