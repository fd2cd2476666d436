"""Readers of one file each, by the name that a reading case calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Given = Mapping[str, str]

READERS: Mapping[str, Callable[[bytes, Given], object]] = {}
