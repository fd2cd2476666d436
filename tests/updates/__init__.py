"""Attacks on updates as an executable comparison: one hostile input, and what each program makes of it."""
