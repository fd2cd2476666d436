"""The Update Framework, seen by a client that fetches nothing and reads no clock.

    thresholds   enough parties signed, counted by key material
    trusted      what is trusted so far, and the rules by which a file of metadata joins it
    delegations  who may speak of a path, in order
    names        what files are called, which is never a path that somebody else chose
    due          which signatures run out, and when somebody must act
    client       the whole workflow: asks for bytes, is fed them, says what to keep
    driving      the loop that leads the workflow to its end, with whoever has the files
    tap4         several repositories that must agree, counted by parties
    opinions     what another client says of a repository that ours followed, held against ours

Nothing is kept that did not verify (T81), and nothing that did is taken for another role's, or for one that another
role handed on to (T82, U12).

Spec: https://theupdateframework.github.io/specification/latest/ (1.0.34), section 5
"""
