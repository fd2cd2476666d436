"""Updates as sequences: what was accepted last, what is offered now, and whether the one follows from the other.

    streams    a stream of releases, and the last of them that was accepted: the state
    offers     what is offered as files, and what differences among them make
    advance    one step: the next state, or why not
    following  the step that a policy asks for, from files that were judged
    versions   which of two is the older one; strength: how strong the keys are that signed
    debian     an archive as a sequence; archive: who signed one, before there is a policy
    releases   what manifests say by themselves, for who keeps no evidence

tuf/    the client's side of The Update Framework, as a state machine that is fed with bytes
"""
