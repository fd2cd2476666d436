"""The gate: asked before anything is installed, it lets through what passed and nothing else.

    decisions   verdicts and the sequence of releases ─► allow, block, hold, and why
    check       files that are to be installed together, judged under the client's policy and its own state
    waiving     waivers that named persons signed, read when something is held
    states      what was accepted, in a directory: one file a state, the next one only by who saw the last
    journal     each decision, a line
    syncing     verdicts and evidence, brought to where there is no network
    screens     a decision for people

It needs no service and no network, and never fails open: what is no clear pass is not let through.

Spec: countersign design, sections 3 (the gate's column), 4 (Current) and 7
"""
