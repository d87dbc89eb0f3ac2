"""Runs the clickstream alone: `spark-submit clickStreaming.py`."""

from __future__ import annotations

from lakehouse.contracts.streams import CLICKSTREAM
from lakehouse.streams import driving

if __name__ == "__main__":
    driving.main((CLICKSTREAM,))
