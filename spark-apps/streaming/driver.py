"""Runs every stream in one driver: `spark-submit driver.py`."""

from __future__ import annotations

from lakehouse.registry.catalog import STREAMS
from lakehouse.streams import driving

if __name__ == "__main__":
    driving.main(STREAMS)
