"""The vectors that stand are the vectors that the recipes make, byte for byte, and no others."""

from __future__ import annotations

from fixtures.build import VECTORS, standing, vectors


def test_recipes_make_the_vectors_that_stand() -> None:
    """``python -m fixtures.build`` writes them."""
    made = vectors()
    assert standing() == sorted(made)
    assert [str(path) for path, content in made.items() if (VECTORS / path).read_bytes() != content] == []


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for path in VECTORS.rglob("*") if path.is_file()) < 5 << 20
