"""Workloads found, validated, and what the core derives from their declarations."""
