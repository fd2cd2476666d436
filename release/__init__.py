"""What is handed out: wheel, source and the tar for machines without a network, described and signed by ourselves.

targets     which systems and Pythons, and what each of them needs of the lock
wheelhouse  the wheels of the lock, for every target that has them; the one step that needs the network
sbom        what is in it, as CycloneDX
tarball     one tar, the same bytes from the same files
install     the program in the tar that installs from it, with no network and nothing but Python
"""
