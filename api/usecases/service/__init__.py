"""What the service does, one file a subject: no SQL but through `api.store`, no HTTP."""
