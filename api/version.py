"""The version that verdicts and records name. Replaying a record gives the same bytes under the same version."""

VERSION = "0.1.0"
