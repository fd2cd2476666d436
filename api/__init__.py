"""Effects: command line, files, clock. No cryptographic or trust decision of its own."""
