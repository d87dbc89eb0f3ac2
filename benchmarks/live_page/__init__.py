"""Measures the live page."""
