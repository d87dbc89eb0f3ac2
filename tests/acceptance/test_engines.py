"""Both ways of importing give the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from acceptance.lake import Built
from lakehouse.bronze.importing import import_table
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform import spark
from lakehouse.platform.settings import settings
from lakehouse.registry import catalog

OTHER_DAY = "2026-01-03"


@pytest.fixture(scope="module")
def session(built: Built) -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INGEST_ENGINE", "spark")
        settings.cache_clear()
        opened = spark.connect("engines")
        yield opened
        opened.stop()
    settings.cache_clear()


@pytest.mark.parametrize("table", catalog.LAYERS[Layer.BRONZE], ids=lambda table: table.name)
def test_spark_imports_the_rows_that_sqoop_imports(
    table: Table, built: Built, session: SparkSession
) -> None:
    report = import_table(session, table.name, OTHER_DAY)
    assert report.engine == "spark"
    assert report.rows == built.loaded[table.name]
    by_sqoop, by_spark = (
        session.table(table.full_name).filter(f"ingest_date = DATE'{day}'").drop("ingest_date")
        for day in (built.day, OTHER_DAY)
    )
    assert by_sqoop.dtypes == by_spark.dtypes
    assert by_sqoop.exceptAll(by_spark).count() == 0
    assert by_spark.exceptAll(by_sqoop).count() == 0
