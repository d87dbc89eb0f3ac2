"""Gold of the logs: one pure function per table."""
