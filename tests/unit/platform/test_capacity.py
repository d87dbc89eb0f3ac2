"""The capacity page multiplies what was measured by how much there is, how long, how often."""

from __future__ import annotations

import pytest

from lakehouse.platform import capacity
from lakehouse.platform.capacity import Figures, in_words, render

FIGURES = Figures(
    orders=1_000,
    lines=10_000,
    orders_bytes={"PostgreSQL": 2_000_000, "bronze": 500_000, "silver": 300_000, "gold": 200_000},
    lines_bytes={
        **{"bronze": 2_000_000, "silver": 500_000, "gold": 500_000},
        **{"Kafka": 7_000_000, "Cassandra": 4_000_000},
    },
)


def test_a_row_is_what_was_measured_times_number_days_and_copies() -> None:
    orders, rate = capacity.SIZES[1]
    assert (orders, rate) == (1_000_000, 1_000)
    lines = rate * 86_400
    expected = [
        in_words(orders * 2_000),
        in_words(orders * 1_000 * 2),
        in_words(lines * 365 * 300 * 2),
        in_words(lines * 7 * 700 * 3),
        in_words(lines * 7 * 400 * 2),
    ]
    row = next(line for line in render(FIGURES).splitlines() if line.startswith("| 1,000,000 "))
    assert row.split(" | ")[2:] == [*expected[:-1], f"{expected[-1]} |"]


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 GB"), (12_345_678_901, "12 GB"), (9.96e11, "1000 GB"), (4.3e12, "4.3 TB")],
)
def test_sizes_are_told_to_two_figures(size: float, words: str) -> None:
    assert in_words(size) == words


def test_the_figures_are_of_a_run() -> None:
    figures = capacity.read()
    assert figures.orders > 0
    assert figures.lines > 0
    assert set(figures.lines_bytes) == {"bronze", "silver", "gold", "Kafka", "Cassandra"}
    assert set(figures.orders_bytes) == {"PostgreSQL", "bronze", "silver", "gold"}
    assert all(size > 0 for size in (*figures.lines_bytes.values(), *figures.orders_bytes.values()))
