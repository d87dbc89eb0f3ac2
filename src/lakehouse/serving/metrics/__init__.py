"""Figures of the platform for Prometheus: each declared once, gathered by one process."""
