"""The gate in apt: asked before anything is unpacked, told once dpkg has installed it.

    transactions   the packages of it asked about; afterwards, those that dpkg has installed are accepted
    environment    an interpreter and all that the gate needs, copied: no upgrade of the system's changes it
    sums           a list of files by SHA-256, and what differs from it
    kept           the same environment once more, packed, for a repair
    hooks          the files that have apt call the gate: a launcher, and a piece of configuration
    installation   where all of this stands under a root: install, remove; repair: what is wrong, and mended
    standing       whether it stands and is asked
    sources        where apt gets packages from; keyrings: by which keys it knows an archive
    archives       the two together, with what apt holds; first_policy: a gate for them, every line explained
    system         apt and dpkg themselves, asked
    screens        how the gate stands, for people

Spec: apt.conf(5), DPkg::Pre-Install-Pkgs and DPkg::Tools::Options; countersign design, section 7
"""
