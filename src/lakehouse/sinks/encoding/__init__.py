"""Records in the formats of sinks: from bytes to values, without any server."""
