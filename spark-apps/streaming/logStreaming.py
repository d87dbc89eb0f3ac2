"""Runs the access log alone: `spark-submit logStreaming.py`."""

from __future__ import annotations

from lakehouse.streams import driving
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG

if __name__ == "__main__":
    driving.main((ACCESS_LOG,))
