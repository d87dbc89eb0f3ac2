"""Times of each visual's query: over Thrift, and by DuckDB in the same rounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks.bi.duck import Duck, Rows
from benchmarks.measuring import tell, timed
from lakehouse.platform.settings import settings
from lakehouse.serving import thrift
from lakehouse.serving.reports import queries

THRIFT = "Thrift"
DUCKDB = "DuckDB"
_WARM_UP = 2


class UnequalError(RuntimeError):
    """The two engines gave different answers: their times say nothing."""


@dataclass
class Times:
    """Seconds of one visual's query, a round each, by engine."""

    visual: str
    rows: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def p50(self, engine: str) -> float:
        """The median."""
        return statistics.median(self.seconds[engine])

    def p95(self, engine: str) -> float:
        """The time that 95 in 100 rounds keep."""
        ordered = sorted(self.seconds[engine])
        return ordered[math.ceil(0.95 * len(ordered)) - 1]


@dataclass
class Sized:
    """The times of all visuals at one size."""

    items: int
    visuals: list[Times]


def measure(items: int, duck: Duck, rounds: int) -> Sized:
    """Ask every visual's query by both engines, in turns, in sessions that stay open.

    Raises:
        UnequalError: an answer differs.
    """
    found: dict[str, Times] = {}
    with thrift.cursor(thrift.reader(settings())) as cursor:
        for number in range(_WARM_UP + rounds):
            for name, visual in queries.all_visuals():
                statement = queries.query(visual)
                if number == 0:
                    rows = thrift.ask(cursor, statement).rows
                    _require_equal(name, rows, duck.ask(statement))
                    found[name] = Times(name, len(rows), {THRIFT: [], DUCKDB: []})
                    continue
                ways: dict[str, Callable[[], object]] = {
                    THRIFT: partial(thrift.ask, cursor, statement),
                    DUCKDB: partial(duck.ask, statement),
                }
                for engine in ways if number % 2 else reversed(ways):
                    spent = timed(ways[engine])
                    if number >= _WARM_UP:
                        found[name].seconds[engine].append(spent)
            tell(f"{items:,} items: round {number + 1} of {_WARM_UP + rounds}")
    return Sized(items, list(found.values()))


def _require_equal(name: str, ours: Rows, theirs: Rows) -> None:
    equal = len(ours) == len(theirs) and all(
        _same(one, other)
        for row, other_row in zip(ours, theirs, strict=True)
        for one, other in zip(row, other_row, strict=True)
    )
    if not equal:
        raise UnequalError(f"{name}: {ours[:3]} by the engine, {theirs[:3]} by DuckDB")


def _same(one: Any, other: Any) -> bool:
    numbers = (int, float, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return math.isclose(one, other, rel_tol=1e-5)
    return str(one) == str(other)
