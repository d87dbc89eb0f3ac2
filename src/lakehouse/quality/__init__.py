"""Runs the declared checks and keeps their results."""
