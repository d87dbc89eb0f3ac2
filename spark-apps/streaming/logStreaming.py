"""Runs the access log alone: `spark-submit logStreaming.py`."""

from __future__ import annotations

from lakehouse.contracts.streams import ACCESS_LOG
from lakehouse.streams import driving

if __name__ == "__main__":
    driving.main((ACCESS_LOG,))
