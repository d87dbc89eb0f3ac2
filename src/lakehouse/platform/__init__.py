"""Settings, sessions and the life of the servers."""
