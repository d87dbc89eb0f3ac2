"""Commands for reports: what each visual asks, and the template file for Power BI."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import DIFFERS, JsonOption, checking, print_json, say
from lakehouse.cli.containers import require_kept

if TYPE_CHECKING:
    from lakehouse.serving.reports.asking import Shown

app = typer.Typer(help="Reports: their queries, the Power BI template.", no_args_is_help=True)


@app.command("queries")
def show_queries(
    as_json: JsonOption = False,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statements, too.")] = False,
) -> None:
    """Run the query of every visual through Thrift: time, rows.

    Exit code 1 if a visual has no data, 3 if the queries could not be run.
    """
    from lakehouse.serving.reports.asking import is_empty

    with checking():
        shown = _run_queries(quiet=as_json, with_sql=sql)
    empty = [each.visual for each in shown if is_empty(each)]
    if as_json:
        print_json(
            [
                {
                    "visual": each.visual,
                    "title": each.title,
                    "query": each.query,
                    "seconds": round(each.seconds, 4),
                    "columns": each.answer.columns,
                    "rows": each.answer.rows,
                }
                for each in shown
            ]
        )
    elif empty:
        say(
            f"{len(empty)} of {len(shown)} visuals have no data: "
            "./lakehouse demo brings some for all pages"
        )
    if empty:
        raise typer.Exit(DIFFERS)


def _run_queries(quiet: bool, with_sql: bool) -> list[Shown]:
    from lakehouse.serving.reports.asking import ask_all, is_empty

    shown = []
    for each in ask_all():
        shown.append(each)
        if quiet:
            continue
        mark = ("empty", "red") if is_empty(each) else ("ok   ", "green")
        rows = len(each.answer.rows)
        say(mark, f" {each.visual:32} {each.seconds * 1000:7,.0f} ms {rows:5} rows")
        if with_sql:
            say((each.query + "\n", "dim"))
    return shown


@app.command()
def template(
    out: Annotated[
        Path, typer.Option(help="File to write; - for standard output.", allow_dash=True)
    ] = Path("Lakehouse.pbit"),
) -> None:
    """Write the Power BI project as one template file."""
    from lakehouse.serving.powerbi.template import package

    if out == Path("-"):
        sys.stdout.buffer.write(package())
        return
    require_kept(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(package())
    say(f"wrote {out}")
