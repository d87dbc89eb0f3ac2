"""Streams and tables of the logs, declared once."""
