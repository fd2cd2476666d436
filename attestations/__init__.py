"""Syntax: bytes become typed, unauthenticated values. No trust, no cryptographic decision, no effect."""
