"""One step of a pipeline: build one table, on the warm engine or by spark-submit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.contracts import catalog
from lakehouse.contracts.gold_science import SOURCE as SCIENCE
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.streams import SOURCE as STREAMS
from lakehouse.orchestration import failures
from lakehouse.platform import spark
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Report = dict[str, Any]
BUILD_PROGRAM = PROJECT / "spark-apps" / "build.py"


def run(layer: Layer, name: str, ingest_date: str) -> Report:
    """Build a table where the setting `run_on` says, and return what it did, in rows."""
    if settings().run_on == "submit":
        return _submitted(layer, name, ingest_date)
    session = spark.connect(f"{layer}.{name}")
    try:
        return build(session, layer, name, ingest_date)
    finally:
        session.stop()


def build(session: SparkSession, layer: Layer, name: str, ingest_date: str) -> Report:
    """Build a table with a session."""
    return _builder(catalog.table(layer, name))(session, name, ingest_date)


def _builder(table: Table) -> Callable[[SparkSession, str, str], Report]:
    # imported when needed: each layer's code costs a task seconds that others need not pay
    if table.source == STREAMS:
        return _stream_builder(table)
    if table.source == SCIENCE:
        from lakehouse.science.building import build as build_scored

        return lambda session, name, day: build_scored(session, name, day).as_dict()
    if table.layer is Layer.BRONZE:
        from lakehouse.bronze.importing import import_table

        return lambda session, name, day: import_table(session, name, day).as_dict()
    if table.layer is Layer.SILVER:
        from lakehouse.silver.building import build as build_silver

        return lambda session, name, day: build_silver(session, name, day).as_dict()
    from lakehouse.gold.building import build as build_gold

    return lambda session, name, day: build_gold(session, name, day).as_dict()


def _stream_builder(table: Table) -> Callable[[SparkSession, str, str], Report]:
    """Streams write silver themselves; what is left to do there is compaction."""
    if table.layer is Layer.SILVER:
        from lakehouse.silver.compaction import compact

        return lambda session, name, day: compact(session, name, day).as_dict()
    from lakehouse.gold import building, event_building

    build = event_building.build if table.name in event_building.FACTS else building.build
    return lambda session, name, day: build(session, name, day).as_dict()


def _submitted(layer: Layer, name: str, ingest_date: str) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        try:
            spark.submit(BUILD_PROGRAM, [str(layer), name, ingest_date, "--report", str(report)])
        except PlatformError:
            failures.raise_written(report)
            raise
        answer: Report = json.loads(report.read_text(encoding="utf-8"))
        return answer
