"""A source table imported to bronze: every value arrives as it was, by either engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakehouse.bronze.importing import import_table
from lakehouse.builds.sources import content_of_source
from lakehouse.contracts.model import Layer
from lakehouse.platform import postgres, spark
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import Settings, settings
from lakehouse.registry import catalog
from lakehouse.sources.load import load_folder
from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import generate

DAY = "2025-12-31"
TABLE = sources.ORDER_REVIEWS
ODD = (
    None,
    "",
    " ",
    "NULL",
    "null",
    "\\N",
    'said "so", twice',
    "l'eau",
    "one\ntwo\r\nthree",
    "tab\tand \\ backslash",
    "São Paulo, coração — ótimo 😀",
    "e\u0301 is not é",
    "\u0001\u007f",
)


@pytest.fixture(scope="module")
def odd_rows(platform: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, ...]]:
    """Rows of the source, sorted, with odd texts among them."""
    folder: Path = tmp_path_factory.mktemp("files")
    generate(100, 5, folder)
    load_folder(folder)
    columns = ", ".join(TABLE.column_names)
    with (
        closing(postgres.connect(TABLE.source_database, "loader")) as server,
        server,
        server.cursor() as cursor,
    ):
        for number, text in enumerate(ODD):
            cursor.execute(
                f"INSERT INTO {TABLE.name} VALUES (%s, %s, '5', %s, %s, NULL, NULL)",
                (f"odd {number}", "order", text, text),
            )
        cursor.execute(f"SELECT {columns} FROM {TABLE.name}")
        return _sorted(cursor.fetchall())


@pytest.fixture(scope="module")
def session(platform: Settings) -> Iterator[SparkSession]:
    opened = spark.connect("imports")
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def contents() -> set[str]:
    """Identities of the rows that were imported, by whichever engine."""
    return set()


def _sorted(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted((tuple(row) for row in rows), key=lambda row: row[:2])


def _imported(session: SparkSession) -> list[tuple[str, ...]]:
    rows = session.table(f"bronze.{TABLE.name}").filter(f"ingest_date = DATE'{DAY}'")
    return _sorted(rows.select(*TABLE.column_names).collect())


@pytest.mark.parametrize("engine", ["sqoop", "spark"])
def test_odd_texts_arrive_character_for_character(
    engine: str,
    odd_rows: list[tuple[str, ...]],
    session: SparkSession,
    contents: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INGEST_ENGINE", engine)
    settings.cache_clear()
    try:
        report = import_table(session, TABLE.name, DAY)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (report.engine, report.rows) == (engine, len(odd_rows))
    contents.add(report.content)
    assert len(contents) == 1
    assert _imported(session) == odd_rows


def test_a_second_import_of_a_day_replaces_it_and_leaves_nothing_aside(
    odd_rows: list[tuple[str, ...]], session: SparkSession
) -> None:
    for _ in range(2):
        import_table(session, TABLE.name, DAY)
        assert len(_imported(session)) == len(odd_rows)
    assert Hdfs().names(f"/lakehouse/aside/bronze/{TABLE.name}") == []


@pytest.mark.usefixtures("odd_rows")
def test_content_of_a_source_changes_with_its_rows() -> None:
    bronze = catalog.table(Layer.BRONZE, TABLE.name)
    others = ", ".join(TABLE.column_names[1:])
    contents = [content_of_source(bronze)]
    for statement in (
        # null and an empty text differ
        f"UPDATE {TABLE.name} SET review_comment_title = NULL WHERE review_id = 'odd 1'",
        f"UPDATE {TABLE.name} SET review_comment_title = '' WHERE review_id = 'odd 1'",
        f"INSERT INTO {TABLE.name} SELECT 'odd again', {others} FROM {TABLE.name} "
        "WHERE review_id = 'odd 1'",
        f"DELETE FROM {TABLE.name} WHERE review_id = 'odd 1'",
    ):
        with (
            closing(postgres.connect(TABLE.source_database, "loader")) as server,
            server,
            server.cursor() as cursor,
        ):
            cursor.execute(statement)
        contents.append(content_of_source(bronze))
    assert contents[0] == contents[2]
    assert len(set(contents)) == 4
    assert content_of_source(bronze) == contents[-1]
