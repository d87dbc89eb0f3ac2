"""Identity of the rows of an import, the same in whatever order and files they are stored."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

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
    found = rows.agg(F.count(F.lit(1)), F.sum(_hash(rows)).cast("string")).first()
    assert found is not None
    return Content(int(found[0]), found[1] or "0")


def _hash(rows: DataFrame) -> Column:
    # xxhash64 skips nulls, so a value that moved to the next column would look the same
    values = [F.coalesce(F.col(f"`{name}`"), F.lit(_NULL)) for name in rows.columns]
    # a sum of 64-bit numbers could overflow
    return F.xxhash64(*values).cast("decimal(38,0)")
