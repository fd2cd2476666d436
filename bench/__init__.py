"""Budgets measured: every figure a ratio of two things timed in one run on one machine."""
