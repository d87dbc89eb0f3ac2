"""Shares of random amounts: they sum up exactly, and none is off by a cent or more."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from pyspark.sql import Row, SparkSession

from lakehouse.gold.allocation import with_allocation

SEED = 20_180_304
GROUPS = 400


def test_random_amounts(spark: SparkSession) -> None:
    chance = random.Random(SEED)
    items = [item for group in range(GROUPS) for item in _items(chance, group)]
    schema = "id INT, number INT, amount DECIMAL(22,2), weight DECIMAL(13,2)"
    frame = spark.createDataFrame(items, schema)

    shared = with_allocation(frame, "amount", "weight", "id", "number", "share").collect()

    assert len(shared) == len(items)
    for group in _grouped(shared):
        _assert_fair(group)


def test_the_order_of_the_rows_does_not_matter(spark: SparkSession) -> None:
    chance = random.Random(SEED)
    items = [item for group in range(20) for item in _items(chance, group)]
    schema = "id INT, number INT, amount DECIMAL(22,2), weight DECIMAL(13,2)"
    shuffled = chance.sample(items, len(items))

    first, second = (
        with_allocation(
            spark.createDataFrame(rows, schema), "amount", "weight", "id", "number", "share"
        ).collect()
        for rows in (items, shuffled)
    )

    assert sorted(first) == sorted(second)


def _items(chance: random.Random, group: int) -> list[tuple[int, int, Decimal, Decimal]]:
    highest = chance.choice([0, 5, 1_000, 100_000, 999_999_999_999])
    amount = _money(chance.randint(0, highest))
    weights = [chance.choice([0, 1, highest // 3]) for _ in range(chance.randint(1, 12))]
    return [
        (group, number, amount, _money(chance.randint(0, weight) if weight else 0))
        for number, weight in enumerate(weights, start=1)
    ]


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _grouped(rows: list[Row]) -> list[list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    return list(groups.values())


def _assert_fair(group: list[Row]) -> None:
    amount = group[0].amount
    weights = sum(row.weight for row in group)
    assert sum(row.share for row in group) == amount
    for row in group:
        part = Fraction(row.weight) / Fraction(weights) if weights else Fraction(1, len(group))
        assert abs(Fraction(row.share) - Fraction(amount) * part) < Fraction(1, 100), row
