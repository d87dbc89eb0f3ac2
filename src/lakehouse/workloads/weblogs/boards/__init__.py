"""Grafana boards of the logs."""
