"""Syntax: bytes of evidence to typed, unauthenticated values, and refusals that say where and why.

    evidence      files of evidence → `Evidence` or `Unreadable`; which digests they may want
    carriers      the formats that carry bundles, all in `CARRIERS`
    bundles       what every carrier becomes
    dsse          envelopes, and the bytes that their signatures cover
    statements    in-toto statements; `resources`, what they name; `predicates`, what they say
    log_entries   bodies of log entries, and the forms that carry an entry
    measure       what is computed over an artifact, fed in chunks

    strict_json, digests, pem, faults, limits    what all of these rest on

Nothing here reads a file, asks a clock, checks a signature or believes a word. A refusal is a `faults.Fault`.
"""
