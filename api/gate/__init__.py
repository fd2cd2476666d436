"""The gate: asked before anything is installed, it lets through what passed and nothing else.

    settings    how a gate is set up: its own file, or flags
    gate        one gate, as everybody asks it: check, accept, state
    choosing    which guards a file is judged under; products: what each of them guards
    lists       evidence that stands by; brought: verdicts that were brought for a file
    check       files that are to be installed together, judged under the client's policy and its own state
    naming      files are called as the vendor's manifests call them
    decisions   verdicts and the sequence of releases ─► allow, block, hold, and why
    waiving     waivers that named persons signed, read when something is held
    states      what was accepted, in a directory: one file a state, the next one only by who saw the last
    journal     each decision and each installation, a line
    telling     the system's log and an exporter (figures), told after the journal
    server      a gate that answers on this machine; messages, wire: what it is asked and answers
    addresses   where it answers, and nobody else can; reaching: asking it
    reporting   what many gates did, out of their journals; report_forms: for people and for programs
    staging     a mirror that serves the last set that passed
    syncing     verdicts and evidence, brought to where there is no network
    apt         a hook in apt, in an environment of its own
    screens     a decision for people

It needs no service and no network, and never fails open: what is no clear pass is not let through.

Spec: countersign design, sections 3 (the gate's column), 4 (Current) and 7
"""
