"""Policies: what an auditor writes down, and what the engine holds evidence against."""
