"""Grafana as code: dashboards and alert rules are declared here and written to `grafana/`."""
