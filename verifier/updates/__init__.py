"""Updates as sequences: what was accepted last, what is offered now, and whether the one follows from the other.

tuf/    the client's side of The Update Framework, as a state machine that is fed with bytes
"""
