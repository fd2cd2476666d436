"""TUF metadata as it is written down: who may sign which role, and which files there are.

    metadata   {"signatures": [{"keyid", "sig"}], "signed": {"_type", "spec_version", "version", "expires", …}}
    roles      keys, roles, delegations: who signs what
    documents  root, timestamp, snapshot, targets: what each role says
    writing    the same, as it is written

A signature covers the canonical form of ``signed``, so JSON must be read before a signature can be checked. What is
read first is no more than that: `metadata` takes the signatures and the covered bytes apart from a payload which
`documents` reads after the signatures were found good.

Spec: https://theupdateframework.github.io/specification/latest/ (1.0.34), section 4
"""
