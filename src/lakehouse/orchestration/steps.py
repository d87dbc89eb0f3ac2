"""One step of a pipeline: build one table, on the warm engine or by spark-submit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Layer, Table
from lakehouse.orchestration import failures
from lakehouse.platform import spark
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, settings
from lakehouse.registry import catalog

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Report = dict[str, Any]
BUILD_PROGRAM = PROJECT / "spark-apps" / "build.py"
# of tables that declare none
_BUILDERS = {
    Layer.BRONZE: "lakehouse.bronze.importing:import_table",
    Layer.SILVER: "lakehouse.silver.building:build",
    Layer.GOLD: "lakehouse.gold.building:build",
}


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
    build_table = named(table.builder or _BUILDERS[table.layer])
    return lambda session, name, day: build_table(session, name, day).as_dict()


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
