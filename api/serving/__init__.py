"""The service as one process tree: settings, the data directory, what is composed out of them, and how it ends.

    settings    flags and environment → values          composing   settings → Service, and its end
    directory   the data directory and its lock         running     the HTTP server: ready, graceful, at once
    beginning   what a first start makes                logs, meters, health   what operators look at

`countersign serve` and `countersign worker` are this; `countersign admin` opens the same directory without serving.
"""
