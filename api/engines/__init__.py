"""Other engines, asked the same: is this evidence authentic? Each in a confined process.

    asking           questions of `verifier.second_opinion` out, `Opinion`s back; nothing here decides
    worker           the process: confined first, then reading, then answering a line at a time
    confinement      no network, no child, no file written, so much time and memory
    sigstore_engine  the `sigstore` library, on Sigstore bundles under a certificate
    dsse_engine      the `securesystemslib` library, on envelopes under a key
    tuf_asking       a session with a TUF repository out, what another client comes to back; a process for each
    tuf_worker       the process, and in it `tuf_engine`: the client of the `tuf` library, without disk and network

They share no parsing and no policy with ours; what they share is the primitives of `cryptography`.
"""
