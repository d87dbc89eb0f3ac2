"""The query that is measured, for spark-submit: lines of the clickstream to events."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.sql import SparkSession

from lakehouse.platform.settings import settings
from lakehouse.streams import gold_copy
from lakehouse.streams.queries import Queries
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

session = SparkSession.builder.getOrCreate()
folder = Path(os.environ["LAKEHOUSE_STREAMING_DATA"])
seen = gold_copy.versions(settings())
known = gold_copy.known(session, settings(), folder / "gold", seen)
query = Queries(session, settings(), folder / "checkpoints").start_events(CLICKSTREAM, known)
query.awaitTermination()
