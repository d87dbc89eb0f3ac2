"""`ask`: the questions that live pages ask of Cassandra, with their answers or their traces."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import JsonOption, print_json, print_whole
from lakehouse.cli.completion import question_names

if TYPE_CHECKING:
    from lakehouse.serving.live import Answer

_FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(ask)


def ask(
    question: Annotated[
        str | None,
        typer.Argument(
            help="A question; all, with what each reads, if left out.",
            autocompletion=question_names,
        ),
    ] = None,
    at: Annotated[
        dt.datetime | None,
        typer.Option(formats=_FORMS, help="Minute it is asked for, UTC; the last whole one."),
    ] = None,
    user: Annotated[int, typer.Option(help="The visitor, where the question names one.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Ask the live tables a declared question; without a name, show what each question reads."""
    from lakehouse.registry.catalog import QUESTIONS
    from lakehouse.serving import live

    last_minute = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(minutes=1)
    moment = at or last_minute
    names = [question] if question else [one.name for one in QUESTIONS]
    found = {name: live.ask(name, moment, trace=True, user_id=user) for name in names}
    if as_json:
        print_json({name: dataclasses.asdict(answer) for name, answer in found.items()})
    elif question:
        _print_rows(found[question])
    else:
        _print_traces(found)


def _print_rows(answer: Answer) -> None:
    from rich.table import Table

    table = Table(*answer.columns, box=None, pad_edge=False)
    for row in answer.rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    print_whole(table)


def _print_traces(found: dict[str, Answer]) -> None:
    from rich.table import Table

    table = Table("question", box=None, pad_edge=False)
    for title in ("rows", "partitions", "rows read", "tombstones", "searches", "ms"):
        table.add_column(title, justify="right")
    for name, answer in found.items():
        trace = answer.trace
        assert trace is not None
        figures = (trace.partitions, trace.rows, trace.tombstones, trace.ranges)
        table.add_row(name, str(len(answer.rows)), *map(str, figures), f"{trace.milliseconds:.1f}")
    print_whole(table)
