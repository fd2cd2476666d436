"""Judges: confined processes, each of one tenant at a time, in which evidence is read and judged.

    judgements  what goes in and what comes out, as values: a `Case`, a `Judgement`
    judges      the pool of processes, and one exchange with one of them
    work        the process: case in, questions to other engines out, answers in, judgement out

No parser meets hostile bytes in a process that has keys, a network or the database.
"""
