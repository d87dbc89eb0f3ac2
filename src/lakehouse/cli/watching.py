"""`watch`: rates, lags and latencies of the streams, live in the terminal."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakehouse.cli.common import JsonOption, console, print_json, print_whole

if TYPE_CHECKING:
    from lakehouse.serving.stream_watch import Look, View, Watcher


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(watch)


def watch(
    interval: Annotated[float, typer.Option(min=0.5, help="Seconds between two looks.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="One look, then end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show rates, lags and latencies of the streams, until Ctrl-C."""
    from lakehouse.serving.stream_watch import Watcher

    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(Watcher()) as watcher:
        watcher.look()
        time.sleep(interval)
        if once or as_json or not console.is_terminal:
            _print_looks(watcher, interval, once, as_json)
        else:
            _show_looks(watcher, interval)


def _show_looks(watcher: Watcher, interval: float) -> None:
    from rich.live import Live

    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(picture(watcher.look()), refresh=True)
            time.sleep(interval)


def _print_looks(watcher: Watcher, interval: float, once: bool, as_json: bool) -> None:
    while True:
        now = watcher.look()
        if as_json:
            print_json(dataclasses.asdict(now))
        else:
            print_whole(picture(now))
        console.file.flush()
        if once:
            return
        time.sleep(interval)


def picture(look: Look) -> Any:
    """Everything of one look, as tables."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [_table(view) for view in look.views]
    parts += [Text(f"not there: {what}", style="red") for what in look.silent]
    parts += [Text(what, style="red") for what in look.problems]
    return Group(*parts)


def _table(view: View) -> Any:
    from rich.table import Table

    table = Table(title=view.stream, title_justify="left", box=None, pad_edge=False)
    for title in ("messages/s", "", "behind", "", "latency, ms", "p50", "p99", "events"):
        table.add_column(title, justify="left" if title[:1] in ("m", "b", "l") else "right")
    rates = [(name.split(".", 1)[1], f"{rate:,.0f}") for name, rate in view.rates.items()]
    lags = [(name, f"{lag:,}") for name, lag in view.lags.items()]
    latencies = [
        (hop, f"{found.p50:,.0f}", f"{found.p99:,.0f}", f"{found.events:,}")
        for hop, found in view.latencies.items()
    ]
    for row in range(max(len(rates), len(lags), len(latencies))):
        table.add_row(
            *(rates[row] if row < len(rates) else ("", "")),
            *(lags[row] if row < len(lags) else ("", "")),
            *(latencies[row] if row < len(latencies) else ("", "", "", "")),
        )
    return table
