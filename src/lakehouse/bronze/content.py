"""Identity of the rows of an import, the same in whatever order and files they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ROWS, HASH = "rows", "hash"
# a source table has text only, and PostgreSQL stores no such text
_NULL = "\0"


@dataclass(frozen=True)
class Content:
    """Number of rows, and the sum of their hashes: repeated rows count as often as they occur."""

    rows: int
    hash: str

    def __str__(self) -> str:
        return f"{self.rows}:{self.hash}"


def content_of(rows: DataFrame) -> Content:
    """Count and hash rows in one pass.

    Args:
        rows: an import; every column is text.
    """
    found = rows.agg(*aggregates(rows.columns)).first()
    assert found is not None
    return Content(int(found[ROWS]), str(found[HASH]))


def aggregates(columns: Sequence[str]) -> tuple[Column, Column]:
    """Number of rows, and sum of the hashes of their columns, as `rows` and `hash`."""
    # xxhash64 skips nulls, so a value that moved to the next column would look the same
    values = [F.coalesce(F.col(f"`{name}`"), F.lit(_NULL)) for name in columns]
    # a sum of 64-bit numbers could overflow
    total = F.sum(F.xxhash64(*values).cast("decimal(38,0)"))
    return F.count(F.lit(1)).alias(ROWS), F.coalesce(total, F.lit(0)).cast("string").alias(HASH)
