"""Commands for reports: what each visual asks, and the template file for Power BI."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.common import console, print_json, say
from lakehouse.cli.containers import require_kept

app = typer.Typer(help="Reports: their queries, the Power BI template.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for programs to read.")]


@app.command("queries")
def show_queries(
    as_json: JsonOption = False,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statements, too.")] = False,
) -> None:
    """Run the query of every visual through Thrift: time, rows; exit 1 where one has no data."""
    from lakehouse.serving.reports.asking import ask_all, is_empty

    shown = []
    for each in ask_all():
        shown.append(each)
        if not as_json:
            rows = len(each.answer.rows)
            mark = "[red]empty[/]" if is_empty(each) else "[green]ok   [/]"
            console.print(f"{mark} {each.visual:32} {each.seconds * 1000:7,.0f} ms {rows:5} rows")
            if sql:
                console.print(each.query + "\n", markup=False, style="dim", soft_wrap=True)
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
        raise typer.Exit(1)


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
