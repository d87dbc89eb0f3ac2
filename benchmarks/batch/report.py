"""The result as tables for people, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks.batch.growth import Growth
from benchmarks.batch.lake import STEPS
from benchmarks.measuring import Comparison, machine

Result = Comparison | Growth


def print_tables(results: dict[str, Result]) -> None:
    """Write every result for people to read."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"machine: {machine()}")
    for letter, result in results.items():
        console.print()
        if isinstance(result, Growth):
            _print_growth(console, letter, result)
        else:
            _print_comparison(console, letter, result)


def print_json(results: dict[str, Result]) -> None:
    """Write every result for programs to read."""
    found = {letter: _as_dict(result) for letter, result in results.items()}
    print(json.dumps({"machine": machine(), **found}, indent=2))


def _as_dict(result: Result) -> dict[str, object]:
    if isinstance(result, Growth):
        return result.as_dict()
    medians = {way: result.median(way) for way in result.seconds}
    ratios = {way: result.ratio(way) for way in result.seconds}
    return asdict(result) | {"median": medians, "ratio": ratios}


def _print_comparison(console: Console, letter: str, found: Comparison) -> None:
    console.print(f"[bold]{letter}. {found.title}[/]")
    table = Table(box=None, pad_edge=False)
    table.add_column("way")
    for title in ("median s", f"times {found.base}", "rounds, s"):
        table.add_column(title, justify="right")
    for way, seconds in found.seconds.items():
        rounds = " ".join(f"{one:.2f}" for one in seconds)
        table.add_row(way, f"{found.median(way):.2f}", f"{found.ratio(way):.3g}", rounds)
    console.print(table)
    for note in found.notes:
        console.print(f"[dim]{note}[/]", markup=True)


def _print_growth(console: Console, letter: str, found: Growth) -> None:
    console.print(f"[bold]{letter}. Time and data[/]")
    table = Table(box=None, pad_edge=False)
    table.add_column("step")
    for fill in found.fills:
        table.add_column(f"{fill.orders:,} orders, s", justify="right")
    table.add_column("times longer", justify="right")
    for step in STEPS:
        times = [f"{fill.seconds[step]:.1f}" for fill in found.fills]
        table.add_row(step, *times, f"{found.time_ratio(step):.2f}")
    rows = [f"{fill.rows:,}" for fill in found.fills]
    table.add_row("rows in the sources", *rows, f"{found.data_ratio:.2f}", style="bold")
    console.print(table)
    console.print("[dim]one table after the other, each step once[/]")
