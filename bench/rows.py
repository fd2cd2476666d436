"""One measured figure: a ratio of two things timed in one run on one machine, and the budget it is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound on a ratio: at most, or at least, `bound`."""

    bound: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.at_least else ratio <= self.bound


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is ours and `against` what it is held against, both in `unit`; their quotient must keep to `budget`.

    Without a budget it is measured, and held to nothing.
    """

    name: str
    value: float
    unit: str
    against: float
    budget: Budget | None

    @property
    def ratio(self) -> float:
        return self.value / self.against

    @property
    def met(self) -> bool:
        return self.budget is None or self.budget.met(self.ratio)

    def document(self) -> dict[str, object]:
        """The row as ``bench.json`` holds it."""
        figures = {"value": round(self.value, 4), "unit": self.unit, "against": round(self.against, 4)}
        return {"name": self.name, **figures, "ratio": round(self.ratio, 4), "budget": str(self.budget or "none")}
