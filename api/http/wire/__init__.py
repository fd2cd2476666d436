"""What goes over the wire, as pydantic models, one file a resource: strict, and closed to fields they do not know."""
