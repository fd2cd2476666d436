"""An assured repository: of all that passed under an operator's policy, as metadata that any TUF client follows.

    shelf      the directory: files that never change, and the one that says which of them count
    keys       who signs a role, and whether they are enough
    bins       which list speaks of a path
    present    what the directory says now, as far as its signatures hold
    edition    the next one: only lists that changed are written, and nobody sees it until its timestamp stands
    beginning  the first one; renewing: signed again before it runs out, or by other keys
    entries    what a list says of a file
    settings   what the operator chose; taken: how far it has come with the service's verdicts

Root and the top list are signed at ceremonies; the keys of lists, snapshot and timestamp are online. There is no copy
of the files themselves: their vendor serves them, and the repository says which bytes are meant.

Spec: TUF 1.0.34, sections 3 and 4; countersign design, section 7
"""
