"""Superset as text: datasets made from the contracts of gold, charts, dashboards."""
