"""Proof of `attestations`: every format read in one way or refused, whatever the bytes."""
