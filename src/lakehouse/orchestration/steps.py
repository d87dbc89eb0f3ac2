"""One step of a pipeline: build one table, unless nothing that determines it has changed.

Tables are built on the long-running Spark server or by spark-submit. That a table is unchanged is
decided without either, from build records.
"""

from __future__ import annotations

import json
import logging
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.builds.ledger import State, ledger
from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Layer, Table
from lakehouse.orchestration import failures
from lakehouse.platform import spark
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, settings
from lakehouse.registry import catalog

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

Report = dict[str, Any]
BUILT = "built"
UNCHANGED = "unchanged"
BUILD_PROGRAM = PROJECT / "spark-apps" / "build.py"
# of tables that declare none
_BUILDERS = {
    Layer.BRONZE: "lakehouse.bronze.importing:import_table",
    Layer.SILVER: "lakehouse.silver.building:build",
    Layer.GOLD: "lakehouse.gold.building:build",
}


def run(layer: Layer, name: str, ingest_date: str, *, full: bool = False) -> Report:
    """Build a table where the setting `run_on` says, or find it unchanged.

    Args:
        layer: layer of the table.
        name: the table.
        ingest_date: day of the import, YYYY-MM-DD.
        full: build it even if it is unchanged.

    Returns:
        `state` (`built` or `unchanged`), the rows of the table, and what a build did.
    """
    table, book = catalog.table(layer, name), ledger()
    state = book.state(table, ingest_date)
    record = book.skip(state) if state and not full else None
    is_sampled = record is not None and random.random() < settings().recheck_share
    if record and not is_sampled:
        log.info("%s: unchanged, %d rows", table.full_name, record.rows)
        return {
            "table": table.name,
            "ingest_date": ingest_date,
            "state": UNCHANGED,
            "rows": record.rows,
        }
    if settings().run_on == "submit":
        return _submitted(layer, name, ingest_date, is_sampled)
    session = spark.connect(f"{layer}.{name}")
    try:
        return build(session, layer, name, ingest_date, state=state, recheck=is_sampled)
    finally:
        session.stop()


def build(
    session: SparkSession,
    layer: Layer,
    name: str,
    ingest_date: str,
    *,
    state: State | None = None,
    recheck: bool = False,
) -> Report:
    """Build a table with a session, and record it.

    Args:
        session: the session.
        layer: layer of the table.
        name: the table.
        ingest_date: day of the import, YYYY-MM-DD.
        state: the table and its inputs before the build; looked up if left out.
        recheck: compare the rows with those of the recorded build.
    """
    table, book = catalog.table(layer, name), ledger()
    state = state or book.state(table, ingest_date)
    if state is None:
        return {"state": BUILT, **_builder(table)(session, name, ingest_date)}
    book.start(state)
    report = _builder(table)(session, name, ingest_date)
    differs = recheck and _differs(session, state, report)
    try:
        book.finish(state, report, differs=differs)
    except (OSError, RuntimeError) as error:
        log.warning("%s: built, but not recorded: %s", table.full_name, error)
    return {"state": BUILT, **report}


def _differs(session: SparkSession, before: State, report: Report) -> bool:
    from lakehouse.quality.rechecking import recheck

    if before.valid is None:
        return False
    return recheck(session, before.table, before.day, before.valid, report) > 0


def _builder(table: Table) -> Callable[[SparkSession, str, str], Report]:
    # imported when needed: each layer's code costs a task seconds that others need not pay
    build_table = named(table.builder or _BUILDERS[table.layer])
    return lambda session, name, day: build_table(session, name, day).as_dict()


def _submitted(layer: Layer, name: str, ingest_date: str, recheck: bool = False) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        arguments = [str(layer), name, ingest_date, "--report", str(report)]
        try:
            spark.submit(BUILD_PROGRAM, [*arguments, *(["--recheck"] if recheck else [])])
        except PlatformError:
            failures.raise_written(report)
            raise
        answer: Report = json.loads(report.read_text(encoding="utf-8"))
        return answer
