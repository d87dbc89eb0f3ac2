"""Datasets and pages of Superset."""
