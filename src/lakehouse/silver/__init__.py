"""The second layer: typed, named, deduplicated; one pure function a table."""
