"""Runs the clickstream alone: `spark-submit clickStreaming.py`."""

from __future__ import annotations

from lakehouse.streams import driving
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

if __name__ == "__main__":
    driving.main((CLICKSTREAM,))
