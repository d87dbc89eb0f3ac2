"""`grafana queries`: every panel's query, asked as Grafana asks it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import DIFFERS, checking, print_json, print_whole, say
from lakehouse.platform.settings import settings

if TYPE_CHECKING:
    from lakehouse.serving.grafana.queries import Asked

app = typer.Typer(help="The dashboards of Grafana.", no_args_is_help=True)
_FORM = "%Y-%m-%dT%H:%M"


@app.callback()
def _group() -> None:
    """The dashboards of Grafana."""


@app.command()
def queries(
    at: Annotated[
        dt.datetime | None, typer.Option(formats=[_FORM], help="End of the range, UTC; now.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, help="Length of the range.")] = 60,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write JSON for programs to read, queries in full.")
    ] = False,
) -> None:
    """Ask every panel's query of the live servers: rows, time, partitions read.

    Exit code 1 if a query is refused, or a panel gets no row from any of its queries; 3 if the
    servers could not be asked.
    """
    from lakehouse.serving.grafana.queries import ask_all

    end = at.replace(tzinfo=dt.UTC) if at else dt.datetime.now(dt.UTC)
    with checking():
        asked = list(ask_all(end, dt.timedelta(minutes=minutes)))
    if as_json:
        print_json([dataclasses.asdict(one) for one in asked])
    else:
        _print(asked)
    if any(one.error for one in asked) or without_rows(asked):
        raise typer.Exit(DIFFERS)


def without_rows(asked: Sequence[Asked]) -> list[str]:
    """Panels that would be empty, but for those of figures that containers cannot tell."""
    from lakehouse.serving.metrics.declared import untold

    missing = untold(settings().runtime)
    rows: dict[str, int] = {}
    for one in asked:
        if any(metric.name in one.query.text for metric in missing):
            continue
        panel = f"{one.query.dashboard}: {one.query.panel}"
        rows[panel] = rows.get(panel, 0) + one.rows
    return [panel for panel, count in rows.items() if count == 0]


def _print(asked: Sequence[Asked]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("dashboard", "panel", "", box=None, pad_edge=False)
    for title in ("rows", "ms", "partitions"):
        table.add_column(title, justify="right")
    table.add_column("query")
    for one in asked:
        partitions = str(one.trace.partitions) if one.trace else ""
        query = one.query
        table.add_row(
            *(query.dashboard, query.panel, query.ref_id),
            *(f"{one.rows:,}", f"{one.milliseconds:,.1f}", partitions),
            Text(one.error, "red") if one.error else query.text,
        )
    print_whole(table)
    for panel in without_rows(asked):
        say(("no rows", "red"), f" {panel}")
