"""The result as a table for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks.bi.visuals import DUCKDB, THRIFT, Sized
from benchmarks.measuring import machine

_ENGINES = (THRIFT, DUCKDB)


def print_json(results: Sequence[Sized]) -> None:
    """Write every result for programs to read."""
    found = [
        {
            "items": sized.items,
            "visuals": [
                asdict(each)
                | {name: {"p50": each.p50(name), "p95": each.p95(name)} for name in _ENGINES}
                for each in sized.visuals
            ],
        }
        for sized in results
    ]
    print(json.dumps({"machine": machine(), "sizes": found}, indent=2))


def print_tables(results: Sequence[Sized]) -> None:
    """Write every result for people to read."""
    console = Console(highlight=False, soft_wrap=True, width=140)
    console.print(f"machine: {machine()}")
    for sized in results:
        console.print(f"\n[bold]{sized.items:,} order items[/]")
        _print(console, sized)


def _print(console: Console, sized: Sized) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("visual", "rows"):
        table.add_column(title)
    for engine in _ENGINES:
        for figure in ("p50 ms", "p95 ms"):
            table.add_column(f"{engine} {figure}", justify="right")
    for each in sized.visuals:
        seconds = [figure(engine) for engine in _ENGINES for figure in (each.p50, each.p95)]
        times = [f"{1000 * one:,.0f}" for one in seconds]
        table.add_row(each.visual, str(each.rows), *times)
    console.print(table)
    slowest = max(sized.visuals, key=lambda each: each.p95(THRIFT))
    console.print(f"slowest over Thrift: {slowest.visual}, p95 {slowest.p95(THRIFT):.2f} s")
