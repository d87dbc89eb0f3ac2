"""Measures the batch lakehouse: `benchmarks/batch/run [--only a,b,c,d] [--pairs N] [--json]`."""

from __future__ import annotations

import argparse
import signal
import sys
import warnings
from collections.abc import Callable
from types import FrameType

from benchmarks.batch import engines, growth, imports, report, warm_engine
from benchmarks.batch.lake import Lake
from benchmarks.batch.platform import own_platform

# in the order in which the data grows: c finds what d has left
ORDER = "abdc"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks/batch/run",
        description="a: warm engine against spark-submit; b: Sqoop against Spark JDBC against "
        "COPY; c: silver to gold against DuckDB; d: growth of time with data",
    )
    parser.add_argument("--only", default="a,b,c,d", help="which, such as a,c")
    parser.add_argument("--orders", type=int, default=20_000, help="orders for a and b")
    parser.add_argument("--pairs", type=int, default=3, help="rounds of a, b and c")
    parser.add_argument(
        "--growth", type=int, nargs="+", default=[100_000, 1_000_000], help="orders for d"
    )
    parser.add_argument(
        "--compare-orders", type=int, help="orders for c; the most of d if left out"
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    asked = parser.parse_args()
    unknown = set(asked.only.split(",")) - set(ORDER)
    if unknown:
        parser.error(f"--only knows a, b, c and d, not {', '.join(sorted(unknown))}")
    return asked


def _measure(lake: Lake, asked: argparse.Namespace) -> dict[str, report.Result]:
    compared = asked.compare_orders or max(asked.growth)
    measures: dict[str, Callable[[], report.Result]] = {
        "a": lambda: warm_engine.compare(lake, asked.orders, asked.pairs),
        "b": lambda: imports.compare(lake, asked.orders, asked.pairs),
        "c": lambda: engines.compare(lake, compared, asked.pairs),
        "d": lambda: growth.measure(lake, asked.growth, asked.orders),
    }
    wanted = asked.only.split(",")
    found = {letter: measures[letter]() for letter in ORDER if letter in wanted}
    return dict(sorted(found.items()))


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(f"stopped by signal {number}")


def main() -> None:
    """Start a platform, measure, delete it, report."""
    asked = _arguments()
    # ended from outside, the platform is deleted all the same
    signal.signal(signal.SIGTERM, _stop)
    # new keys are numbered in one task on purpose
    warnings.filterwarnings("ignore", message=".*No Partition Defined.*")
    with own_platform():
        lake = Lake()
        try:
            results = _measure(lake, asked)
        finally:
            lake.close()
    (report.print_json if asked.json else report.print_tables)(results)


if __name__ == "__main__":
    main()
