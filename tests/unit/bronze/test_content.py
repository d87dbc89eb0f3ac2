"""Identity of an import's rows: independent of their order, sensitive to every value."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakehouse.bronze.content import Content, aggregates, content_of

Row = tuple[str | None, str | None]
ROWS: list[Row] = [("a", "1"), ("b", None), ("c", ""), ("c", "")]
SAME = {
    "as given": ROWS,
    "in reverse": ROWS[::-1],
    "repeated row apart": [*ROWS[2:0:-1], *ROWS[::3]],
}
OTHERS: dict[str, list[Row]] = {
    "changed value": [("a", "2"), *ROWS[1:]],
    "null instead of an empty text": [*ROWS[:2], ("c", None), ("c", "")],
    "value in the other column": [ROWS[0], (None, "b"), *ROWS[2:]],
    "values of two rows exchanged": [("a", None), ("b", "1"), *ROWS[2:]],
    "text cut at another place": [("", "a1"), *ROWS[1:]],
    "space behind": [("a ", "1"), *ROWS[1:]],
    "other row repeated": [ROWS[0], ROWS[0], ROWS[1], ROWS[2]],
    "row missing": ROWS[:3],
    "row repeated once more": [*ROWS, ROWS[3]],
    "two repetitions more": [*ROWS, ROWS[3], ROWS[3]],
}


@pytest.fixture(scope="module")
def contents(spark: SparkSession) -> dict[str, Content]:
    """Content of the rows of every case, all in one query."""
    cases = SAME | OTHERS
    rows = [(case, *row) for case, given in cases.items() for row in given]
    frame = spark.createDataFrame(rows, "case STRING, left STRING, right STRING")
    found = frame.groupBy("case").agg(*aggregates(["left", "right"])).collect()
    return {row["case"]: Content(row["rows"], row["hash"]) for row in found}


def test_order_does_not_matter(contents: dict[str, Content]) -> None:
    assert {contents[case] for case in SAME} == {contents["as given"]}


@pytest.mark.parametrize("other", OTHERS)
def test_other_rows_have_another_content(contents: dict[str, Content], other: str) -> None:
    assert str(contents[other]) != str(contents["as given"])


def test_sum_of_many_rows_does_not_overflow(spark: SparkSession) -> None:
    same = spark.range(2000).selectExpr("'same' AS value")
    found = content_of(same)
    once = int(found.hash) // 2000
    assert found == Content(2000, str(2000 * once))
    assert 2**63 < abs(2000 * once) < 2000 * 2**63
    assert str(content_of(same.limit(0))) == "0:0"
