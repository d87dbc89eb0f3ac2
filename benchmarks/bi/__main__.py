"""Measures the visuals: `benchmarks/bi/run [--items N...] [--orders N] [--rounds N] [--json]`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from types import FrameType

from benchmarks.batch.lake import Lake
from benchmarks.bi import report
from benchmarks.bi.duck import Duck
from benchmarks.bi.gold import Gold
from benchmarks.bi.visuals import Sized, measure
from benchmarks.measuring import tell
from lakehouse.platform.trial import trial_platform


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks/bi/run",
        description="p50 and p95 of every visual's query over Thrift, beside DuckDB on the same "
        "files",
    )
    parser.add_argument(
        "--items", type=int, nargs="+", default=[100_000, 1_000_000], help="order items"
    )
    parser.add_argument(
        "--orders", type=int, default=5_000, help="orders built before they are repeated"
    )
    parser.add_argument("--rounds", type=int, default=20, help="how often each query is timed")
    parser.add_argument("--threads", type=int, default=2, help="cores for DuckDB")
    parser.add_argument("--json", action="store_true", help="write JSON")
    return parser.parse_args()


def _measured(gold: Gold, lake: Lake, items: int, asked: argparse.Namespace) -> Sized:
    gold.fill(items)
    with tempfile.TemporaryDirectory(prefix="lakehouse-bi-") as folder:
        duck = Duck(lake.session, Path(folder), asked.threads)
        try:
            return measure(items, duck, asked.rounds)
        finally:
            duck.close()


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(f"stopped by signal {number}")


def main() -> None:
    """Start a platform, fill gold to each size, measure, delete it, report."""
    asked = _arguments()
    # ended from outside, the platform is deleted all the same
    signal.signal(signal.SIGTERM, _stop)
    # new keys are numbered in one task on purpose
    warnings.filterwarnings("ignore", message=".*No Partition Defined.*")
    with (
        tempfile.TemporaryDirectory(prefix="lakehouse-benchmark-") as folder,
        trial_platform(Path(folder), "spark"),
    ):
        lake = Lake()
        try:
            gold = Gold(lake, asked.orders)
            results = []
            for items in sorted(asked.items):
                results.append(_measured(gold, lake, items, asked))
                tell(f"{items:,} items: measured")
        finally:
            lake.close()
    (report.print_json if asked.json else report.print_tables)(results)


if __name__ == "__main__":
    main()
