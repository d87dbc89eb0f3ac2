"""Which hours of a stream are compacted."""

from __future__ import annotations

import datetime as dt

import pytest

from lakehouse.contracts.streams import MOST_FILES_OF_AN_HOUR
from lakehouse.silver.arrivals import Hour
from lakehouse.silver.compaction import due

DURING = dt.datetime(2026, 3, 1, 10, 59, tzinfo=dt.UTC)
JUST_OVER = dt.datetime(2026, 3, 1, 11, 5, tzinfo=dt.UTC)
OVER = dt.datetime(2026, 3, 1, 11, 11, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("files", "merged", "now", "expected"),
    [
        (0, 0, OVER, False),
        (1, 1, OVER, True),
        (2, 2, OVER, True),
        (2, 1, OVER, False),
        (2, 2, JUST_OVER, False),
        (MOST_FILES_OF_AN_HOUR, MOST_FILES_OF_AN_HOUR, DURING, False),
        (MOST_FILES_OF_AN_HOUR + 1, MOST_FILES_OF_AN_HOUR + 1, DURING, True),
        (MOST_FILES_OF_AN_HOUR + 1, MOST_FILES_OF_AN_HOUR, DURING, False),
    ],
)
def test_due(files: int, merged: int, now: dt.datetime, expected: bool) -> None:
    paths = tuple(f"/hour/{number}.parquet" for number in range(files))
    hour = Hour("2026-03-01", 10, "/hour", paths)

    assert list(due([hour], set(paths[:merged]), now)) == [hour] * expected


def test_what_was_compacted_is_not_compacted_again_until_a_file_is_added() -> None:
    paths = ("/hour/compacted-1.parquet", "/hour/2.parquet")

    for files in (paths[:1], paths):
        hour = Hour("2026-03-01", 10, "/hour", files)
        assert list(due([hour], set(paths), OVER)) == [hour] * (len(files) - 1)


def test_the_last_hour_of_a_day_ends_with_it() -> None:
    assert Hour("2026-02-28", 23, "", ()).end == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
