"""Parsers of the logs: from log lines to columns of events."""
