"""Commands that look: SQL through Thrift, and the proof."""

from __future__ import annotations

import dataclasses
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakehouse.cli.common import console, print_json

if TYPE_CHECKING:
    from lakehouse.serving.thrift import Answer
    from lakehouse.serving.verify import Line

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for programs to read.")]


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(sql)
    app.command()(verify)


def sql(
    statement: Annotated[str, typer.Argument(help="Spark SQL, such as a SELECT on gold.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    as_reader: Annotated[
        bool, typer.Option("--as-reader", help="As the user of BI tools, who may only read.")
    ] = False,
) -> None:
    """Run SQL through the Thrift server."""
    from lakehouse.platform.settings import settings
    from lakehouse.serving import thrift

    login = thrift.reader(settings()) if as_reader else None
    answer = thrift.query(statement, login)
    if format_ is Format.JSON:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif format_ is Format.CSV:
        _print_csv(answer)
    else:
        console.print(_answer_table(answer))


def _print_csv(answer: Answer) -> None:
    import csv

    writer = csv.writer(sys.stdout)
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)


def _answer_table(answer: Answer) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for index, name in enumerate(answer.columns):
        numeric = any(isinstance(row[index], int | float) for row in answer.rows[:50])
        table.add_column(escape(name), justify="right" if numeric else "left")
    for row in answer.rows:
        table.add_row(*["" if value is None else escape(str(value)) for value in row])
    return table


def verify(
    streams: Annotated[
        bool, typer.Option("--streams", help="The streams, from the logs to gold.")
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(help="With --streams: what one run wrote, where nothing else was written."),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="With --streams: seconds to let hops catch up.")
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Prove that nothing was lost or doubled at any hop; exit 1 on any difference."""
    from lakehouse.cli.proving import verify_streams

    if manifest is not None and not streams:
        raise typer.BadParameter("--manifest goes with --streams")
    if not (verify_streams(manifest, wait, as_json) if streams else run_verify(as_json)):
        raise typer.Exit(1)


def run_verify(as_json: bool = False) -> bool:
    """Check every balance, writing each; whether all agree."""
    from pyspark.errors import AnalysisException

    from lakehouse.platform import spark
    from lakehouse.platform.errors import PlatformError
    from lakehouse.platform.settings import settings
    from lakehouse.serving.last_verify import keep
    from lakehouse.serving.verify import verify as prove

    session = spark.connect("verify")
    try:
        lines = prove(session, (lambda line: None) if as_json else _print_line)
    except AnalysisException as error:
        missing = str(error).split("\n")[0]
        raise PlatformError(f"not built yet, try ./lakehouse run --all: {missing}") from error
    finally:
        session.stop()
    broken = [line for line in lines if not line.balanced]
    keep("batch", len(lines), len(broken), settings())
    if as_json:
        print_json([{**dataclasses.asdict(line), "balanced": line.balanced} for line in lines])
    elif broken:
        console.print(f"[red]{len(broken)} of {len(lines)} lines do not balance[/]")
    else:
        console.print(f"[green]all {len(lines)} lines balance[/]")
    return not broken


def _print_line(line: Line) -> None:
    mark = "[green]ok  [/]" if line.balanced else "[red]DIFF[/]"
    found = f"{line.found:,}" if line.balanced else f"{line.found:,} instead of {line.expected:,}"
    console.print(
        f"{mark} {line.hop:16} {line.table:34} {line.subject:24} {found:>14}  [dim]{line.how}[/]",
        soft_wrap=True,
    )
