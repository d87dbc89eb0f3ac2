"""The results as tables for people, or as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import machine
from benchmarks.streaming.figures import Latencies
from benchmarks.streaming.hop import Hop
from benchmarks.streaming.sink import SINGLE, Written
from benchmarks.streaming.whole import STREAM_SERVERS, Whole

Results = Mapping[str, Sequence[Hop] | Sequence[Whole] | Sequence[Written]]


def print_json(results: Results) -> None:
    """Write every result for programs to read."""
    found = {letter: [asdict(one) for one in result] for letter, result in results.items()}
    print(json.dumps({"machine": machine(), **found}, indent=2))


def print_tables(results: Results) -> None:
    """Write every result for people to read."""
    console = Console(highlight=False, soft_wrap=True, width=140)
    console.print(f"machine: {machine()}")
    printers: dict[str, Any] = {"a": _print_hops, "b": _print_whole, "c": _print_sink}
    for letter, result in results.items():
        console.print()
        printers[letter](console, result)


def _print_hops(console: Console, hops: Sequence[Hop]) -> None:
    console.print("[bold]a. Kafka to Kafka: the parsing query of the clickstream[/]")
    table = _table("mode", "events/s", "sent", "arrived", "p50 ms", "p99 ms", "max ms", "cores")
    for hop in hops:
        counts = (f"{hop.rate:,}", f"{hop.sent:,}", f"{hop.arrived:,}")
        table.add_row(hop.mode, *counts, *_three(hop.latencies), _cores(hop.cores))
    console.print(table)
    for rate in sorted({hop.rate for hop in hops}):
        p99 = {hop.mode: hop.latencies.p99 for hop in hops if hop.rate == rate}
        ratio = p99["microbatch"] / p99["realtime"]
        console.print(f"[dim]p99 batch by batch, in times of real time, at {rate:,}/s: {ratio:.1f}")


def _print_whole(console: Console, runs: Sequence[Whole]) -> None:
    console.print("[bold]b. File to Cassandra: lines of both logs, clicks measured[/]")
    table = _table(
        *("lines/s", "clicks", "rows", "p50 ms", "p99 ms", "max ms"),
        *("seen p50", "seen p99", "by thirds", "caught up s"),
    )
    for run in runs:
        thirds = " ".join(f"{age:.0f}" for age in run.behind)
        counts = (f"{run.rate:,}", f"{run.lines:,}", f"{run.rows:,}")
        seen = (f"{run.seen.p50:.0f}", f"{run.seen.p99:.0f}")
        table.add_row(*counts, *_three(run.written), *seen, thirds, f"{run.caught_up:.1f}")
    console.print(table)
    for run in runs:
        total = sum(run.memory.get(name, 0.0) for name in STREAM_SERVERS)
        memory = ", ".join(f"{name} {mb:.0f}" for name, mb in run.memory.items())
        console.print(f"[dim]{run.rate:,} lines/s: cores {_cores(run.cores)}")
        console.print(f"[dim]memory, MB: {memory}; without HDFS together {total:.0f}")
    console.print("[dim]seen: age of the newest row, looked at ten times a second")


def _print_sink(console: Console, written: Sequence[Written]) -> None:
    console.print("[bold]c. Writing events to Cassandra[/]")
    table = _table("way", "rows", "rows/s", "rows/client s", f"times {SINGLE}", "server s/10,000")
    ways = list(dict.fromkeys(one.way for one in written))
    by_way = {way: [one for one in written if one.way == way] for way in ways}
    for way, rounds in by_way.items():
        pairs = zip(rounds, by_way[SINGLE], strict=True)
        ratio = statistics.median(a.per_client_second / b.per_client_second for a, b in pairs)
        table.add_row(
            way,
            f"{rounds[0].rows:,}",
            f"{statistics.median(one.rows / one.seconds for one in rounds):,.0f}",
            f"{statistics.median(one.per_client_second for one in rounds):,.0f}",
            f"{ratio:.2f}",
            f"{statistics.median(one.server_seconds / one.rows * 10_000 for one in rounds):.2f}",
        )
    console.print(table)


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for title in others:
        table.add_column(title, justify="right")
    return table


def _three(found: Latencies) -> tuple[str, str, str]:
    return (f"{found.p50:.0f}", f"{found.p99:.0f}", f"{found.highest:.0f}")


def _cores(cores: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {count:.2f}" for name, count in cores.items())
