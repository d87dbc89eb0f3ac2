"""Benchmarks of the streams."""
