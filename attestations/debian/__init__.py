"""Debian's archives, read: what is signed for, what it lists, and what a package says of itself.

    deb822       fields and their continuations, one spelling
    release      Release, the file that an archive signs: who publishes what, when, and every index by its digest
    index        Packages, an index: every package by its digest
    container    a package's own control file, measured while its bytes pass

Nothing here is believed: `verifier.updates.debian` says who signed a Release, and follows it down to the package.
"""
