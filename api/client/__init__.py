"""A client of the service, typed: what can be asked of it over HTTP, for the command line and for programs.

    remote      one service, one token: what it is asked, and what it answers, as values
    asking      one request over HTTP: again where the network fails, refused where the service refuses
    verifying   artifacts verified by the service, as `countersign verify` does here

It believes the service what it says, as far as TLS goes, and checks its form. Whoever wants proof replays the record.
"""
