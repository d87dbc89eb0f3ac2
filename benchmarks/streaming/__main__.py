"""Measures the streams: `benchmarks/streaming/run [--only a,b,c] [--seconds S] [--json]`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.measuring import tell
from benchmarks.streaming import hop, report, sink, whole
from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import trial_platform

LETTERS = "abc"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks/streaming/run",
        description="a: Kafka to Kafka, event by event and batch by batch; b: file to Cassandra; "
        "c: the sink against single inserts and a bare loop",
    )
    parser.add_argument("--only", default="a,b,c", help="which, such as a,c")
    parser.add_argument(
        "--seconds", type=float, default=70, help="of a and b; a real-time batch takes 300"
    )
    parser.add_argument(
        "--events", type=int, nargs="+", default=[2_000, 10_000, 20_000], help="a second, for a"
    )
    parser.add_argument(
        "--lines", type=int, nargs="+", default=[2_000, 10_000], help="a second, for b"
    )
    parser.add_argument("--rows", type=int, default=20_000, help="for c")
    parser.add_argument("--rounds", type=int, default=3, help="of c")
    parser.add_argument("--json", action="store_true", help="write JSON")
    asked = parser.parse_args()
    unknown = set(asked.only.split(",")) - set(LETTERS)
    if unknown:
        parser.error(f"--only knows a, b and c, not {', '.join(sorted(unknown))}")
    return asked


def _on(profiles: Sequence[str], work: Callable[[Settings], Any]) -> Any:
    """Do the work on a platform of its own with these servers."""
    with (
        tempfile.TemporaryDirectory(prefix="lakehouse-benchmark-") as folder,
        trial_platform(Path(folder), *profiles) as config,
    ):
        tell(f"up: {', '.join(profiles)}")
        return work(config)


def _hops(rates: Sequence[int], seconds: float) -> list[hop.Hop]:
    """Each rate in both modes, one after the other."""
    ways = [(mode, rate) for rate in rates for mode in hop.MODES]
    return [
        _on(["kafka"], partial(hop.measure, mode=mode, rate=rate, seconds=seconds))
        for mode, rate in ways
    ]


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(f"stopped by signal {number}")


def main() -> None:
    """Start platforms, measure, delete them, report."""
    asked = _arguments()
    # ended from outside, the platform is deleted all the same
    signal.signal(signal.SIGTERM, _stop)
    measures: dict[str, Callable[[], Any]] = {
        "a": lambda: _hops(asked.events, asked.seconds),
        "b": lambda: _on(
            ["stream"], lambda config: whole.measure(config, asked.lines, asked.seconds)
        ),
        "c": lambda: _on(
            ["cassandra"], lambda config: sink.measure(config, asked.rows, asked.rounds)
        ),
    }
    results = {letter: measures[letter]() for letter in asked.only.split(",")}
    (report.print_json if asked.json else report.print_tables)(results)


if __name__ == "__main__":
    main()
